"use client";
// What fraud judged, held and prevented: in sum, by channel, and day by day.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import { Card } from "@/features/analytics/components/card";
import { FRAUD_COUNTS, fraudCells } from "@/features/analytics/model";
import type { FraudFigures } from "@/features/analytics/queries";
import { formatDay } from "@/lib/dates";
import { formatPercent } from "@/lib/money";

type Row = FraudFigures["total"];
const NONE = "–";

export function FraudCard({ report }: { report: FraudFigures }) {
  const t = useTranslations("analytics.fraud");
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale);
  const share = (value: number | null) => (value === null ? NONE : formatPercent(locale, value));
  const seconds = (value: number | null) => (value === null ? NONE : t("minutes", { minutes: number.format(Math.round(value / 60)) }));
  const name = (row: Row) => {
    if (row.day !== null) return formatDay(locale, row.day);
    return row.channel === null ? t("total") : t(`channels.${row.channel}`);
  };
  const money = (row: Row) =>
    row.prevented.length === 0
      ? NONE
      : row.prevented.map((one) => (
          <div key={one.currency}>
            <Amount money={one} />
          </div>
        ));
  return (
    <Card
      title={t("title")}
      method={t("method")}
      file="fraud"
      header={["day", ...FRAUD_COUNTS, "alert_rate", "precision", "median_decision_s", "prevented"]}
      rows={report.days.map(fraudCells)}
      coverage={report.coverage}
    >
      <TableView<Row>
        caption={t("title")}
        rows={[report.total, ...report.channels, ...[...report.days].reverse()]}
        keyOf={(row) => row.day ?? row.channel ?? "total"}
        tall
        columns={[
          { key: "name", title: t("what"), cell: name },
          ...FRAUD_COUNTS.map((column) => ({ key: column, title: t(column), cell: (row: Row) => number.format(row[column]), end: true })),
          { key: "alert_rate", title: t("alert_rate"), cell: (row) => share(row.alert_rate), end: true },
          { key: "precision", title: t("precision"), cell: (row) => share(row.precision), end: true },
          { key: "median", title: t("median"), cell: (row) => seconds(row.median_decision_s), end: true },
          { key: "prevented", title: t("prevented"), cell: money, end: true },
        ]}
      />
    </Card>
  );
}
