"use client";
// The frame of a chart: its title, the same figures as a table and as a file, and where they come from.
import { Button, Segmented } from "antd";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";
import { csvOf, downloadCsv } from "@/lib/csv";
import type { Cell } from "@/lib/csv";

export type Csv = { name: string; header: readonly string[]; rows: readonly (readonly Cell[])[] };
type View = "chart" | "table";
type Props = { title: string; caption: string; csv: Csv; chart: ReactNode; table: ReactNode; tools?: ReactNode };

export function ChartCard({ title, caption, csv, chart, table, tools }: Props) {
  const t = useTranslations("chart");
  const [view, setView] = useState<View>("chart");
  const id = useId();
  return (
    <section className={ui.card} aria-labelledby={id}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id={id}>{title}</h2>
        <div className={ui.row}>
          <Segmented<View>
            aria-label={t("view")}
            value={view}
            onChange={setView}
            options={[
              { value: "chart", label: t("chart") },
              { value: "table", label: t("table") },
            ]}
          />
          <Button onClick={() => downloadCsv(csv.name, csvOf(csv.header, csv.rows))}>{t("csv")}</Button>
        </div>
      </div>
      {tools}
      {view === "chart" ? chart : table}
      <p className={ui.faint}>{caption}</p>
    </section>
  );
}
