"use client";
// Why the predicted risk is what it is: a waterfall that adds up, the three largest parts in words, the cross-check.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import chart from "@/components/chart.module.css";
import { ChartCard } from "@/components/chart-card";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import style from "@/features/advice/components/advice.module.css";
import { effectShare, topReasons, waterfallOf } from "@/features/advice/model";
import type { Waterfall } from "@/features/advice/model";
import { outlookQuery } from "@/features/advice/queries";
import type { Advice, Mix } from "@/features/advice/queries";
import { formatDay } from "@/lib/dates";
import { formatPercent } from "@/lib/money";

type Line = { key: string; name: string; points: number; text: string; start: number; width: number; kind: "level" | "raises" | "lowers" };

export function Contributions({ advice, mix }: { advice: Advice; mix: Mix }) {
  const t = useTranslations("contributions");
  const locale = useLocale();
  const lines = useLines(waterfallOf(mix.risk));
  const points = new Intl.NumberFormat(locale, { minimumFractionDigits: 4, maximumFractionDigits: 4, signDisplay: "exceptZero" });
  return (
    <ChartCard
      title={t("title")}
      caption={t("method", { model: mix.model_version, day: formatDay(locale, mix.as_of), predicted: formatPercent(locale, mix.predicted_volatility) })}
      csv={{ name: `reasons-${mix.as_of}.csv`, header: [t("part"), t("points"), t("means")], rows: lines.map((line) => [line.name, line.points.toFixed(4), line.text]) }}
      tools={<InWords advice={advice} />}
      chart={<Bars lines={lines} />}
      table={
        <TableView<Line>
          caption={t("title")}
          rows={lines}
          keyOf={(line) => line.key}
          columns={[
            { key: "part", title: t("part"), cell: (line) => line.name },
            { key: "points", title: t("points"), cell: (line) => <span dir="ltr" data-testid={`points-${line.key}`}>{points.format(line.points)}</span>, end: true },
            { key: "means", title: t("means"), cell: (line) => line.text },
          ]}
        />
      }
    />
  );
}

function useName(): (code: string) => string {
  const t = useTranslations("contributions");
  return (code) => (t.has(`codes.${code}`) ? t(`codes.${code}`) : code.replaceAll("_", " "));
}

function useLines(fall: Waterfall): Line[] {
  const t = useTranslations("contributions");
  const locale = useLocale();
  const name = useName();
  const level = (key: "base" | "total", points: number, at: number): Line => {
    const text = t("level", { level: formatPercent(locale, Math.exp(points)) });
    return { key, name: t(key), points, text, start: 0, width: at, kind: "level" };
  };
  return [
    level("base", fall.base, fall.baseAt),
    ...fall.steps.map((step): Line => {
      const kind = step.effect >= 0 ? "raises" : "lowers";
      const text = t(`${kind}By`, { size: formatPercent(locale, Math.abs(effectShare(step.effect))) });
      return { key: step.code, name: name(step.code), points: step.shown, text, start: step.start, width: step.width, kind };
    }),
    level("total", fall.total, fall.totalAt),
  ];
}

function Bars({ lines }: { lines: readonly Line[] }) {
  const t = useTranslations("contributions");
  return (
    <ul className={chart.bars}>
      {lines.map((line) => (
        <li key={line.key}>
          <span>{t("bar", { name: line.name, text: line.text })}</span>
          <div className={chart.track} aria-hidden="true">
            <div className={style[line.kind]} style={{ insetInlineStart: `${line.start}%`, inlineSize: `max(2px, ${line.width}%)` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The three largest parts as the API words them, and whether a second method ranks them alike. */
function InWords({ advice }: { advice: Advice }) {
  const t = useTranslations("contributions");
  const locale = useLocale();
  const name = useName();
  return (
    <div className={ui.stack}>
      <p>{t("text")}</p>
      <ol data-testid="top-reasons">
        {topReasons(advice.reasons).map((told) => (
          <li key={told.code} data-code={told.code} data-direction={told.direction}>
            {t(told.direction, { name: name(told.code), size: formatPercent(locale, Math.abs(effectShare(told.effect))) })}
          </li>
        ))}
      </ol>
      <CrossCheck id={advice.recommendation_id} />
    </div>
  );
}

function CrossCheck({ id }: { id: string }) {
  const t = useTranslations("contributions");
  const locale = useLocale();
  const query = useQuery(outlookQuery(id));
  if (query.data === undefined) return null;
  const check = query.data.cross_check;
  if (check === null) return <p className={ui.faint}>{t("unchecked")}</p>;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const values = { agreement: number.format(check.agreement), threshold: number.format(check.threshold) };
  if (!check.unstable) return <p className={ui.faint} data-testid="cross-check">{t("stable", values)}</p>;
  return (
    <div className={`${ui.notice} ${ui.warning}`} data-testid="cross-check">
      <strong>{t("unstableTitle")}</strong>
      <p>{t("unstable", values)}</p>
    </div>
  );
}
