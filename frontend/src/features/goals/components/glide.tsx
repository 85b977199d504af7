"use client";
// How the mix grows calmer as the date comes nearer.
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import style from "@/features/goals/components/goals.module.css";
import type { Projection } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { formatPercent } from "@/lib/money";

type Step = Projection["glide"][number];

export function Glide({ found }: { found: Projection }) {
  const t = useTranslations("goals.glide");
  const locale = useLocale();
  const columns = [
    { key: "day", title: t("from"), cell: (step: Step) => <span className={style.day}>{formatDay(locale, step.day)}</span> },
    { key: "profile", title: t("profile"), cell: (step: Step) => t("ofTen", { profile: step.profile }), end: true },
    { key: "equity", title: t("equity"), cell: (step: Step) => formatPercent(locale, step.equity_share, 0), end: true },
    { key: "swings", title: t("swings"), cell: (step: Step) => formatPercent(locale, step.volatility), end: true },
  ];
  return (
    <section className={ui.card} aria-labelledby="glide">
      <h2 id="glide">{t("title")}</h2>
      <p>{t("text")}</p>
      <TableView caption={t("caption")} columns={columns} rows={found.glide} keyOf={(step) => String(step.month)} />
    </section>
  );
}
