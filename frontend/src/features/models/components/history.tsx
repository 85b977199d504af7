"use client";
// Up to ninety days of the version in force: one measure as a line, all three as a table and a file.
import { Radio, Segmented } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { CsvButton } from "@/features/models/components/csv-button";
import { useFigures } from "@/features/models/components/figures";
import { HistoryChart } from "@/features/models/components/history-chart";
import { historyOf, MEASURES } from "@/features/models/model";
import type { Day, Measure } from "@/features/models/model";
import type { Monitor } from "@/features/models/queries";
import { formatDay } from "@/lib/dates";

const HEAD = ["day", "max_psi", "alerts", "average_precision"] as const;
type View = "line" | "table";

export function History({ monitor }: { monitor: Monitor }) {
  const t = useTranslations("models.history");
  const locale = useLocale();
  const [measure, setMeasure] = useState<Measure>("psi");
  const [view, setView] = useState<View>("line");
  const days = historyOf(monitor.reports, monitor.rows_min);
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || last === undefined) return null;
  const rows = days.map((day) => [day.day, day.psi, day.alerts, day.precision]);
  return (
    <section className={ui.card}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="history">{t("title")}</h2>
        <CsvButton name={`history-${first}-${last}`} head={HEAD} rows={rows} />
      </div>
      <div className={ui.row}>
        <Segmented<View> aria-label={t("view")} value={view} onChange={setView} options={(["line", "table"] as const).map((value) => ({ value, label: t(value) }))} />
        {view === "line" && (
          // Radio buttons wrap on a narrow screen.
          <Radio.Group
            aria-label={t("measure")}
            value={measure}
            onChange={(event) => setMeasure(event.target.value as Measure)}
            options={MEASURES.map((value) => ({ value, label: t(`measures.${value}`) }))}
          />
        )}
      </div>
      {view === "line" ? <HistoryChart days={days} measure={measure} line={monitor.psi_alert} /> : <Twin days={days} />}
      <p className={ui.faint}>
        {t.rich("caption", {
          version: () => <bdi className={ui.code}>{monitor.reports[0]?.version}</bdi>,
          first: formatDay(locale, first),
          last: formatDay(locale, last),
        })}{" "}
        {t(`methods.${measure}`)}
      </p>
    </section>
  );
}

function Twin({ days }: { days: readonly Day[] }) {
  const t = useTranslations("models.history");
  const locale = useLocale();
  const { figure, count } = useFigures();
  return (
    <TableView<Day>
      caption={t("title")}
      rows={[...days].reverse()}
      keyOf={(row) => row.day}
      columns={[
        { key: "day", title: t("day"), cell: (row) => formatDay(locale, row.day) },
        { key: "psi", title: t("measures.psi"), cell: (row) => figure(row.psi), end: true },
        { key: "alerts", title: t("measures.alerts"), cell: (row) => count(row.alerts), end: true },
        { key: "precision", title: t("measures.precision"), cell: (row) => figure(row.precision), end: true },
      ]}
    />
  );
}
