"use client";
// The value of everything from evening to evening, money paid in and out included; the same as a table and as a file.
import { useLocale, useTranslations } from "next-intl";

import { ChartCard } from "@/components/chart-card";
import { LineChart } from "@/components/line-chart";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { eveningsOf } from "@/features/portfolio/performance-model";
import type { Row } from "@/features/portfolio/performance-model";
import type { Performance } from "@/features/portfolio/queries";
import { formatDateTime, formatDay } from "@/lib/dates";
import { useOwnTexts } from "@/lib/hide-amounts";
import { formatMoneyShort, formatPercent } from "@/lib/money";

export function ValueChart({ found }: { found: Performance }) {
  const t = useTranslations("dashboard.course");
  const words = useTranslations("performance");
  const table = useTranslations("common");
  const locale = useLocale();
  const own = useOwnTexts();
  const points = eveningsOf(found);
  const day = (at: number) => formatDay(locale, points[at]?.day ?? found.last);
  const money = (value: Row["value"]) => (value === null ? words("unknown") : own.money(value));
  const growth = (share: number | null) => (share === null ? words("none") : formatPercent(locale, share, 2));
  if (points.filter((point) => point.value !== null).length < 2) {
    return <p className={ui.card}>{t(found.missing_prices.length > 0 ? "noLine" : "tooFew")}</p>;
  }
  const said = (at: number) => {
    const point = points[at];
    return point === undefined ? "" : t("said", { day: day(at), value: money(point.value), growth: growth(point.growth) });
  };
  return (
    <ChartCard
      title={t("chart")}
      caption={t("caption", { currency: found.currency, first: day(0), last: formatDay(locale, found.last), asOf: formatDateTime(locale, found.as_of), source: found.source })}
      csv={{
        name: `value-${found.first}-${found.last}.csv`,
        header: ["day", "value", "currency", "time_weighted"],
        rows: points.map((point) => [point.day, own.hidden ? null : (point.value?.amount ?? null), found.currency, point.growth]),
      }}
      chart={
        <LineChart
          lines={[{ key: "value", label: t("value"), values: points.map((point) => (point.value === null ? null : Number(point.value.amount))) }]}
          count={points.length}
          label={t("chartLabel")}
          said={said}
          dayText={day}
          tickText={(value) => (own.hidden ? "" : formatMoneyShort(locale, value, found.currency))}
        />
      }
      table={
        <TableView<Row>
          caption={table("tableOf", { title: t("chart") })}
          rows={[...points].reverse()}
          keyOf={(point) => point.day}
          tall
          columns={[
            { key: "day", title: words("day"), cell: (point) => formatDay(locale, point.day) },
            { key: "value", title: t("value"), cell: (point) => <span className="number">{money(point.value)}</span>, end: true },
            { key: "growth", title: t("growth"), cell: (point) => <span className="number">{growth(point.growth)}</span>, end: true },
          ]}
        />
      }
    />
  );
}
