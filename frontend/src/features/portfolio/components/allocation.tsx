"use client";
// How the holdings are spread, against the advised mix: a ring, and the same figures as a table.
import { Segmented } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Percent } from "@/components/amount";
import { Donut } from "@/components/donut";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { OTHER, slicesOf } from "@/features/portfolio/model";
import type { Portfolio, Position } from "@/features/portfolio/queries";
import { formatPercent } from "@/lib/money";

type View = "chart" | "table";

export function Allocation({ found }: { found: Portfolio }) {
  const t = useTranslations("allocation");
  const locale = useLocale();
  const [view, setView] = useState<View>("chart");
  const slices = slicesOf(found.positions).map((slice) => ({
    ...slice,
    label: slice.key === OTHER ? t("other") : slice.key,
    text: formatPercent(locale, slice.share),
  }));
  return (
    <section className={ui.card} aria-labelledby="allocation">
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="allocation">{t("title")}</h2>
        <Segmented<View>
          aria-label={t("view")}
          value={view}
          onChange={setView}
          options={[
            { value: "chart", label: t("chart") },
            { value: "table", label: t("table") },
          ]}
        />
      </div>
      {view === "chart" ? (
        <Donut slices={slices} caption={t("caption")} middle={t("count", { count: found.positions.length })} />
      ) : (
        <TableView<Position>
          caption={t("title")}
          rows={found.positions}
          keyOf={(row) => row.symbol}
          columns={[
            { key: "name", title: t("asset"), cell: (row) => <bdi>{row.name}</bdi> },
            { key: "now", title: t("now"), cell: (row) => (row.weight === null ? "–" : <Percent share={row.weight} />), end: true },
            { key: "target", title: t("target"), cell: (row) => (row.target === null ? "–" : <Percent share={row.target} />), end: true },
          ]}
        />
      )}
      <p className={ui.faint}>{t("method", { currency: found.currency })}</p>
    </section>
  );
}
