"use client";
// An exchange rate as it is read: its value, day and source; a missing one says so.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Rate } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";

export function RateWords({ rate }: { rate: Rate | null }) {
  const t = useTranslations("rates");
  const locale = useLocale();
  if (rate === null) return <span className={`${ui.tag} ${ui.tagWait}`}>{t("missing")}</span>;
  const value = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(Number(rate.value));
  return <span className={ui.faint}>{t("of", { base: rate.base, value, quote: rate.quote, day: formatDay(locale, rate.day), source: rate.source })}</span>;
}
