"use client";
// The course of the return beside the benchmark's: a line each, the same as a table and as a file.
import { useLocale, useTranslations } from "next-intl";

import { ChartCard } from "@/components/chart-card";
import { LineChart } from "@/components/line-chart";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { drawable } from "@/features/portfolio/performance-model";
import type { Row } from "@/features/portfolio/performance-model";
import type { Performance } from "@/features/portfolio/queries";
import { formatDateTime, formatDay } from "@/lib/dates";
import { useOwnTexts } from "@/lib/hide-amounts";
import { formatPercent } from "@/lib/money";

export function PerformanceChart({ found }: { found: Performance }) {
  const t = useTranslations("performance");
  const table = useTranslations("common");
  const locale = useLocale();
  const own = useOwnTexts();
  const { points } = found;
  const percent = (share: number | null) => (share === null ? t("none") : formatPercent(locale, share, 2));
  const name = found.benchmark?.name ?? t("benchmark");
  if (!drawable(points)) {
    return (
      <section className={ui.card} aria-labelledby="course">
        <h2 id="course">{t("course")}</h2>
        <p>{t(found.missing_prices.length > 0 ? "noLine" : "tooFew")}</p>
      </section>
    );
  }
  const day = (at: number) => formatDay(locale, points[at]?.day ?? found.last);
  const said = (at: number) => {
    const point = points[at];
    if (point === undefined) return "";
    const value = point.value === null ? t("unknown") : own.money(point.value);
    return t("said", { day: day(at), growth: percent(point.growth), name, benchmark: percent(point.benchmark), value });
  };
  const lines = [
    { key: "own", label: t("ownLine"), values: points.map((point) => point.growth) },
    { key: "benchmark", label: name, values: points.map((point) => point.benchmark) },
  ];
  const shown = found.benchmark === null ? lines.slice(0, 1) : lines;
  return (
    <ChartCard
      title={t("course")}
      caption={t("courseCaption", { currency: found.currency, first: formatDay(locale, found.first), last: formatDay(locale, found.last), asOf: formatDateTime(locale, found.as_of), source: found.source })}
      csv={{
        name: `performance-${found.first}-${found.last}.csv`,
        header: ["day", "value", "currency", "time_weighted", "benchmark"],
        rows: points.map((point) => [point.day, own.hidden ? null : (point.value?.amount ?? null), found.currency, point.growth, point.benchmark]),
      }}
      chart={<LineChart lines={shown} count={points.length} label={t("chartLabel")} said={said} dayText={day} tickText={(share) => formatPercent(locale, share)} base={0} />}
      table={
        <TableView<Row>
          caption={table("tableOf", { title: t("course") })}
          rows={[...points].reverse()}
          keyOf={(point) => point.day}
          tall
          columns={[
            { key: "day", title: t("day"), cell: (point) => formatDay(locale, point.day) },
            { key: "value", title: t("value"), cell: (point) => (point.value === null ? t("unknown") : <span className="number">{own.money(point.value)}</span>), end: true },
            { key: "own", title: t("ownLine"), cell: (point) => <span className="number">{percent(point.growth)}</span>, end: true },
            { key: "benchmark", title: name, cell: (point) => <span className="number">{percent(point.benchmark)}</span>, end: true },
          ]}
        />
      }
    />
  );
}
