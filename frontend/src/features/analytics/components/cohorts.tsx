"use client";
// Who signed up in which week, and how far they have come.
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import { Card } from "@/features/analytics/components/card";
import { COHORT_COLUMNS, shareOf } from "@/features/analytics/model";
import type { Cohorts } from "@/features/analytics/queries";
import { formatPercent } from "@/lib/money";

type Row = { key: string; name: string; size: Cohorts["total"] };

export function CohortsCard({ report }: { report: Cohorts }) {
  const t = useTranslations("analytics.cohorts");
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale);
  const weeks = report.weeks.map(({ week, size }) => ({ key: week, name: week, size }));
  const rows: Row[] = [...weeks].reverse();
  rows.push({ key: "total", name: t("total"), size: report.total });
  const cell = ({ size }: Row, column: (typeof COHORT_COLUMNS)[number]) => {
    const share = column === "signed_up" ? null : shareOf(size[column], size.signed_up);
    return <span className="number">{number.format(size[column]) + (share === null ? "" : ` (${formatPercent(locale, share, 0)})`)}</span>;
  };
  return (
    <Card
      title={t("title")}
      method={t("method")}
      file="cohorts"
      header={["week", ...COHORT_COLUMNS]}
      rows={weeks.map((row) => [row.name, ...COHORT_COLUMNS.map((column) => row.size[column])])}
      coverage={report.coverage}
    >
      <TableView<Row>
        caption={t("title")}
        rows={rows}
        keyOf={(row) => row.key}
        tall
        columns={[
          { key: "week", title: t("week"), cell: (row) => <bdi>{row.name}</bdi> },
          ...COHORT_COLUMNS.map((column) => ({ key: column, title: t(column), cell: (row: Row) => cell(row, column), end: true })),
        ]}
      />
    </Card>
  );
}
