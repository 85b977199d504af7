"use client";
// What every figure of a report is read with: its period, currency, age and source.
import { useLocale, useTranslations } from "next-intl";

import type { Performance } from "@/features/portfolio/queries";
import { formatDateTime, formatDay } from "@/lib/dates";

export function PeriodWords({ found }: { found: Performance }) {
  const t = useTranslations("performance");
  const locale = useLocale();
  const values = { first: formatDay(locale, found.first), last: formatDay(locale, found.last), currency: found.currency, asOf: formatDateTime(locale, found.as_of), source: found.source };
  return (
    <>
      {t("period", values)} {found.simulated && t("simulated")}
    </>
  );
}
