"use client";
// How far each feature and the score moved from training; an alert is a word and a sign, never a colour alone.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { CsvButton } from "@/features/models/components/csv-button";
import { useFigures } from "@/features/models/components/figures";
import look from "@/features/models/components/models.module.css";
import { barEnd, barPercent, driftRows } from "@/features/models/model";
import type { DriftRow, Judged } from "@/features/models/model";
import type { Monitor, Report } from "@/features/models/queries";

const SHOWN = 10;
const SIGNS: Record<Judged, string> = { alert: "▲", steady: "○", few: "?" };

export function DriftTable({ report, monitor }: { report: Report; monitor: Monitor }) {
  const t = useTranslations("models.drift");
  const { count, plain } = useFigures();
  const [all, setAll] = useState(false);
  const rows = driftRows(report, monitor.rows_min);
  const line = monitor.psi_alert;
  const few = report.scored < monitor.rows_min;
  return (
    <section className={ui.card}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="drift">{t("title")}</h2>
        {rows.length > 0 && <CsvButton name={`drift-${report.version}-${report.day}`} head={HEAD} rows={rows.map((row) => [row.name, row.psi, row.ks, row.default_share, row.judged])} />}
      </div>
      {few ? (
        <p className={`${ui.notice} ${ui.warning}`} data-testid="too-few">
          {t("few", { scored: count(report.scored), min: count(monitor.rows_min) })}
        </p>
      ) : (
        <p className={`${ui.notice} ${report.alerts.length > 0 ? ui.error : ""}`} data-testid="drift-verdict">
          {t(report.alerts.length === 0 ? "noAlerts" : "alerts", { count: report.alerts.length, line: plain(line) })}
        </p>
      )}
      {rows.length === 0 ? <p>{t("none")}</p> : <Rows rows={all ? rows : rows.slice(0, SHOWN)} end={barEnd(rows, line)} line={line} />}
      {rows.length > SHOWN && (
        <div>
          <Button onClick={() => setAll(!all)} aria-expanded={all}>
            {t(all ? "fewer" : "all", { count: rows.length })}
          </Button>
        </div>
      )}
      <p className={ui.faint}>{t("method", { line: plain(line), end: plain(barEnd(rows, line)) })}</p>
    </section>
  );
}

const HEAD = ["column", "psi", "ks", "default_share", "judged"] as const;

function Rows({ rows, end, line }: { rows: readonly DriftRow[]; end: number; line: number }) {
  const t = useTranslations("models.drift");
  const { figure, share } = useFigures();
  const bar = (row: DriftRow) => (
    <span className={look.bar} aria-hidden="true">
      <span className={row.judged === "alert" ? look.over : look.under} style={{ inlineSize: `${barPercent(row.psi, end)}%` }} />
      <span className={look.limit} style={{ insetInlineStart: `${barPercent(line, end)}%` }} />
    </span>
  );
  return (
    <TableView<DriftRow>
      caption={t("title")}
      rows={rows}
      keyOf={(row) => row.name}
      columns={[
        { key: "name", title: t("column"), cell: (row) => (row.name === "score" ? t("score") : <bdi className={ui.code}>{row.name}</bdi>) },
        { key: "judged", title: t("judged"), cell: (row) => <Verdict judged={row.judged} /> },
        { key: "psi", title: t("psi"), cell: (row) => figure(row.psi), end: true },
        { key: "bar", title: t("bar"), cell: bar },
        { key: "ks", title: t("ks"), cell: (row) => figure(row.ks), end: true },
        { key: "share", title: t("share"), cell: (row) => share(row.default_share), end: true },
      ]}
    />
  );
}

function Verdict({ judged }: { judged: Judged }) {
  const t = useTranslations("models.drift.words");
  return (
    <span className={`${ui.tag} ${judged === "alert" ? ui.tagBad : ""}`}>
      <span aria-hidden="true">{SIGNS[judged]}</span> {t(judged)}
    </span>
  );
}
