"use client";
// The frame of one report: its title, the rows as a file, the table, and which days stand behind it.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";
import type { Coverage } from "@/features/analytics/queries";
import { csvOf, downloadCsv } from "@/lib/csv";
import type { Cell } from "@/lib/csv";
import { formatDateTime, formatDay } from "@/lib/dates";

type Props = {
  title: string;
  method: string;
  file: string;
  header: readonly string[];
  rows: readonly (readonly Cell[])[];
  coverage: Coverage;
  children: ReactNode;
};

export function Card({ title, method, file, header, rows, coverage, children }: Props) {
  const t = useTranslations("analytics");
  const locale = useLocale();
  const name = `${file}-${coverage.first}-${coverage.last}.csv`;
  return (
    <section className={ui.card}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2>{title}</h2>
        {rows.length > 0 && <Button onClick={() => downloadCsv(name, csvOf(header, rows))}>{t("csv")}</Button>}
      </div>
      {coverage.missing > 0 && (
        <p className={ui.notice} data-testid={`missing-${file}`}>
          {t("missing", { missing: coverage.missing, days: coverage.days })}
        </p>
      )}
      {rows.length > 0 ? children : <p>{t("none")}</p>}
      <p className={ui.faint}>
        {t("caption", { first: formatDay(locale, coverage.first), last: formatDay(locale, coverage.last) })} {method}{" "}
        {coverage.refreshed_at === null ? t("never") : t("refreshed", { at: formatDateTime(locale, coverage.refreshed_at) })}
      </p>
    </section>
  );
}
