"use client";
// What the figures rest on, beside them and not behind a click.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Projection } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney, formatPercent } from "@/lib/money";

// Basis points to a share.
const BPS = 10_000;

export function Assumptions({ found }: { found: Projection }) {
  const t = useTranslations("goals.assumptions");
  const locale = useLocale();
  const { assumptions } = found;
  const day = (one: string) => formatDay(locale, one);
  const facts = [
    t("history", { months: assumptions.history_months, from: day(assumptions.history_first), to: day(assumptions.history_last), source: assumptions.source }),
    t("months", { months: found.months }),
    t("blocks", { paths: assumptions.paths, months: assumptions.block_months }),
    t("mean", { error: formatPercent(locale, assumptions.mean_error) }),
    t("fees", { rate: formatPercent(locale, assumptions.fee_bps / BPS, 2) }),
    t("inflation", {
      rate: formatPercent(locale, assumptions.inflation_bps / BPS, 0),
      target: formatMoney(locale, found.target),
      today: formatMoney(locale, assumptions.target_today),
    }),
    t(assumptions.start_is_everything ? "everything" : "assigned", { start: formatMoney(locale, assumptions.start) }),
    t("mixes"),
    t("sure"),
  ];
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="assumptions">
      <h2 id="assumptions">{t("title")}</h2>
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <p className={ui.faint}>{t("notPromise")}</p>
      <p className={ui.faint}>
        {t("seed")} <span className={ui.code}>{assumptions.seed}</span>
        <br />
        {t("data")} <span className={ui.code}>{assumptions.data_sha256}</span>
        <br />
        {t("frontier")} <span className={ui.code}>{assumptions.frontier_version}</span> <span className={ui.code}>{assumptions.rules_version}</span>
      </p>
    </section>
  );
}
