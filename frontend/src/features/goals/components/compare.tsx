"use client";
// The plan as it was saved beside the one that is tried: the same simulated futures for both.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { projectionQuery } from "@/features/goals/queries";
import type { Goal, Projection } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

type Row = { key: string; saved: string; tried: string };

export function Compare({ goal, found, wanted }: { goal: Goal; found: Projection; wanted: number }) {
  const t = useTranslations("goals.compare");
  const query = useQuery(projectionQuery(goal, wanted));
  return (
    <section className={ui.card} aria-labelledby="compare">
      <h2 id="compare">{t("title")}</h2>
      <Ready query={query} rows={5}>
        {(saved) => <Both saved={saved} tried={found} />}
      </Ready>
    </section>
  );
}

function Both({ saved, tried }: { saved: Projection; tried: Projection }) {
  const t = useTranslations("goals.compare");
  const locale = useLocale();
  const told: Record<string, (one: Projection) => string> = {
    target: (one) => formatMoney(locale, one.target),
    due: (one) => formatDay(locale, one.due),
    monthly: (one) => formatMoney(locale, one.monthly),
    chance: (one) => t("inFutures", { count: one.frequency.count, of: one.frequency.of }),
    middle: (one) => formatMoney(locale, one.points.at(-1)?.middle ?? one.poor),
    poor: (one) => formatMoney(locale, one.poor),
  };
  const rows: Row[] = Object.entries(told).map(([key, of]) => ({ key, saved: of(saved), tried: of(tried) }));
  const columns = [
    { key: "what", title: t("what"), cell: (row: Row) => t(`rows.${row.key}`) },
    { key: "saved", title: t("saved"), cell: (row: Row) => row.saved, end: true },
    { key: "tried", title: t("tried"), cell: (row: Row) => row.tried, end: true },
  ];
  return <TableView caption={t("caption")} columns={columns} rows={rows} keyOf={(row) => row.key} />;
}
