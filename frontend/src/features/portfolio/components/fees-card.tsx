"use client";
// What it cost: paid to the ledger, as a share of what was traded and held, and what goes on inside fund prices.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { feesQuery } from "@/features/portfolio/queries";
import type { Fees, Period } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { useOwnTexts } from "@/lib/hide-amounts";
import { formatPercent } from "@/lib/money";

export function FeesCard({ period }: { period: Period }) {
  const query = useQuery(feesQuery(period));
  return (
    <Ready query={query} rows={6}>
      {(found) => <Lines found={found} />}
    </Ready>
  );
}

function Lines({ found }: { found: Fees }) {
  const t = useTranslations("fees");
  const locale = useLocale();
  const own = useOwnTexts();
  const share = (value: string | number | null) => (value === null ? t("none") : formatPercent(locale, value, 2));
  const money = (value: Fees["value"]) => (value === null ? t("none") : own.money(value));
  const running = found.yearly_running_bps === null ? null : Number(found.yearly_running_bps) / 10_000;
  const lines = [
    { name: "paid", text: money(found.paid) },
    { name: "ofTraded", text: share(found.of_traded) },
    { name: "ofValue", text: share(found.of_value) },
    { name: "running", text: running === null ? t("none") : t("both", { money: money(found.yearly_running), share: share(running) }) },
  ];
  return (
    <section className={ui.card} aria-labelledby="fees">
      <h2 id="fees">{t("title")}</h2>
      <dl className={ui.facts}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd className="number">{text}</dd>
          </div>
        ))}
      </dl>
      {found.projected !== null && <p>{t("projected", { years: found.horizon_years, money: money(found.projected) })}</p>}
      <p className={ui.faint}>
        {t("caption", { count: found.lines.length, first: formatDay(locale, found.first), last: formatDay(locale, found.last), currency: found.currency })}
      </p>
    </section>
  );
}
