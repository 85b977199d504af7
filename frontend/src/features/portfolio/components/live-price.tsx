"use client";
// A last price with its day and age; an old one says so, a missing one is unknown and never zero.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Position } from "@/features/portfolio/queries";
import type { Quote } from "@/features/portfolio/use-quotes";
import { formatDateTime, formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

type Props = { quote: Quote | undefined; position?: Position; currency: string; simulated: boolean };

export function LivePrice({ quote, position, currency, simulated }: Props) {
  const t = useTranslations("portfolio");
  const locale = useLocale();
  const price = quote?.price ?? position?.price ?? null;
  if (price === null) return t("unknown");
  const at = quote?.exchange_at ?? position?.priced_at ?? null;
  const day = quote?.market_date ?? position?.market_date ?? null;
  const stale = quote?.stale ?? position?.stale ?? true;
  return (
    <>
      <span className="number" data-testid="price">
        {formatMoney(locale, { amount: price, currency: quote?.currency ?? currency })}
      </span>
      {stale && (
        <div>
          <span className={`${ui.tag} ${ui.tagWait}`}>{t("stale")}</span>
        </div>
      )}
      {day !== null && <div className={ui.faint}>{t(simulated ? "ofDaySimulated" : "ofDay", { day: formatDay(locale, day) })}</div>}
      {stale && at !== null && <div className={ui.faint}>{t("asOf", { at: formatDateTime(locale, at) })}</div>}
    </>
  );
}
