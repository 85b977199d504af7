"use client";
// How the money is spread against the plan: bars with the plan marked, the same as a table, and the distance in words.
import { useLocale, useTranslations } from "next-intl";

import { Percent } from "@/components/amount";
import { ChartCard } from "@/components/chart-card";
import { TableView } from "@/components/table-view";
import { TargetBars } from "@/components/target-bars";
import { furthest, gapOf, marketDays } from "@/features/portfolio/model";
import type { Line } from "@/features/portfolio/model";
import type { Portfolio } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { formatPercent, formatPoints } from "@/lib/money";

export function Allocation({ found }: { found: Portfolio }) {
  const t = useTranslations("allocation");
  const table = useTranslations("common");
  const locale = useLocale();
  const hasPlan = found.drift_verdict !== null;
  const name = (line: Line) => (line.symbol === null ? t("cash") : line.name);
  const gap = (line: Line) => t("points", { points: formatPoints(locale, gapOf(line), true) });
  const bars = found.allocation.map((line) => {
    const [now, target] = [formatPercent(locale, line.weight), formatPercent(locale, line.target)];
    return {
      key: line.symbol ?? "",
      label: name(line),
      share: Number(line.weight),
      target: hasPlan ? Number(line.target) : null,
      text: hasPlan ? t("nowOfPlan", { now, target }) : now,
    };
  });
  const last = marketDays(found.positions)?.to;
  return (
    <ChartCard
      title={t("title")}
      caption={`${t("method", { currency: found.currency })} ${last === undefined ? "" : t("pricesOf", { day: formatDay(locale, last) })}`}
      csv={{
        name: "allocation.csv",
        header: ["symbol", "name", "weight", "target", "outside"],
        rows: found.allocation.map((line) => [line.symbol ?? "cash", name(line), line.weight, line.target, String(line.outside)]),
      }}
      tools={<DriftWords found={found} />}
      chart={<TargetBars bars={bars} label={t("caption")} plan={hasPlan ? t("planMark") : null} />}
      table={
        <TableView<Line>
          caption={table("tableOf", { title: t("title") })}
          rows={found.allocation}
          keyOf={(line) => line.symbol ?? ""}
          columns={[
            { key: "name", title: t("asset"), cell: (line) => <bdi>{name(line)}</bdi> },
            { key: "now", title: t("now"), cell: (line) => <Percent share={line.weight} />, end: true },
            { key: "target", title: t("target"), cell: (line) => (hasPlan ? <Percent share={line.target} /> : "–"), end: true },
            { key: "gap", title: t("gap"), cell: (line) => (hasPlan ? <span className="number">{gap(line)}</span> : "–"), end: true },
            { key: "band", title: t("band"), cell: (line) => (hasPlan && line.symbol !== null ? t(line.outside ? "outside" : "inside") : "–") },
          ]}
        />
      }
    />
  );
}

/** "2.3 points from your plan; nothing to do", and which investment lies furthest off. */
function DriftWords({ found }: { found: Portfolio }) {
  const t = useTranslations("allocation.drift");
  const locale = useLocale();
  if (found.drift === null || found.drift_verdict === null) return <p data-testid="drift">{t("noPlan")}</p>;
  const far = furthest(found.allocation);
  return (
    <p data-testid="drift">
      {t(found.drift_verdict, { points: formatPoints(locale, Number(found.drift) * 100) })}{" "}
      {far !== null && t(gapOf(far) > 0 ? "above" : "below", { name: far.name, points: formatPoints(locale, Math.abs(gapOf(far))) })}
    </p>
  );
}
