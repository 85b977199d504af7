"use client";
// Money per day and currency, with the sums first; every amount is the API's own text.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import { Card } from "@/features/analytics/components/card";
import { FLOW_COLUMNS, flowCells } from "@/features/analytics/model";
import type { Flows } from "@/features/analytics/queries";
import { formatDay } from "@/lib/dates";

type Row = Flows["days"][number];

export function FlowsCard({ report }: { report: Flows }) {
  const t = useTranslations("analytics.flows");
  const locale = useLocale();
  return (
    <Card
      title={t("title")}
      method={t("method")}
      file="flows"
      header={["day", "currency", ...FLOW_COLUMNS]}
      rows={report.days.map(flowCells)}
      coverage={report.coverage}
    >
      <TableView<Row>
        caption={t("title")}
        rows={[...report.totals, ...[...report.days].reverse()]}
        keyOf={(row) => `${row.day ?? "total"} ${row.currency}`}
        tall
        columns={[
          { key: "day", title: t("day"), cell: (row) => (row.day === null ? `${t("total")} (${row.currency})` : formatDay(locale, row.day)) },
          ...FLOW_COLUMNS.map((name) => ({
            key: name,
            title: t(name),
            cell: (row: Row) => <Amount money={row[name]} signed={name === "customers_net"} />,
            end: true,
          })),
        ]}
      />
    </Card>
  );
}
