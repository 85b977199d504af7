"use client";
// The range of what the goal may be worth: band, middle, target, paid in; or the same as a table and a file.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useId, useState } from "react";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import style from "@/features/goals/components/goals.module.css";
import { csvOf, fanOf } from "@/features/goals/model";
import type { FanPoint, Projection } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

export function FanChart({ found }: { found: Projection }) {
  const t = useTranslations("goals.fan");
  const locale = useLocale();
  const [table, setTable] = useState(false);
  const [first, last] = [found.points[0], found.points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { assumptions } = found;
  const caption = t("caption", {
    paths: assumptions.paths,
    currency: found.target.currency,
    from: formatDay(locale, first.day),
    to: formatDay(locale, last.day),
    asOf: formatDay(locale, found.as_of),
    source: assumptions.source,
  });
  return (
    <section className={ui.card} aria-labelledby="fan">
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="fan">{t("title")}</h2>
        <div className={ui.row}>
          <Button aria-pressed={table} onClick={() => setTable(!table)}>
            {t("asTable")}
          </Button>
          <Button onClick={() => saveCsv(found)}>{t("csv")}</Button>
        </div>
      </div>
      {table ? <Table found={found} caption={caption} /> : <Drawing found={found} />}
      <p className={ui.faint}>{caption}</p>
      {assumptions.simulated && <p className={ui.faint}>{t("simulated")}</p>}
    </section>
  );
}

function Drawing({ found }: { found: Projection }) {
  const t = useTranslations("goals.fan");
  const locale = useLocale();
  const id = useId();
  const [wanted, setAt] = useState<number | null>(null);
  const fan = fanOf(found);
  const at = Math.min(wanted ?? found.points.length - 1, found.points.length - 1);
  const point = found.points[at] as FanPoint;
  const text = told(point, t, locale);
  const x = fan.at(point.month);
  return (
    <>
      <div className={style.chart} role="img" aria-label={t("label", { text })}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <polygon points={fan.band} />
          <polyline className={style.paid} points={fan.paidIn} />
          <polyline className={style.middle} points={fan.middle} />
          <line className={style.target} x1="0" x2="100" y1={fan.target} y2={fan.target} />
          <line className={style.marker} x1={x} x2={x} y1="0" y2="100" />
        </svg>
        <bdi className={style.tick} style={{ insetBlockStart: `calc(${fan.target}% + 3px)`, insetInlineStart: "0.25rem" }}>
          {formatMoney(locale, found.target)}
        </bdi>
      </div>
      <div className={`${style.ends} ${ui.faint}`}>
        <bdi>{formatDay(locale, found.points[0]?.day ?? found.as_of)}</bdi>
        <bdi>{formatDay(locale, found.points.at(-1)?.day ?? found.due)}</bdi>
      </div>
      <Keys />
      <div className={style.field}>
        <label htmlFor={id}>{t("look")}</label>
        <input id={id} type="range" dir="ltr" className={style.slider} min={0} max={found.points.length - 1} value={at} aria-valuetext={text} onChange={(event) => setAt(Number(event.target.value))} />
        <p className={style.readout} data-testid="readout">
          {text}
        </p>
      </div>
    </>
  );
}

/** Each line by its shape, not only by its colour. */
function Keys() {
  const t = useTranslations("goals.fan");
  return (
    <ul className={style.keys}>
      {(["middle", "target", "paid"] as const).map((name) => (
        <li key={name}>
          <svg viewBox="0 0 32 14" aria-hidden="true" className={style.swatch}>
            <line className={style[name]} x1="0" x2="32" y1="7" y2="7" />
          </svg>
          {t(`keys.${name}`)}
        </li>
      ))}
      <li>
        <svg viewBox="0 0 32 14" aria-hidden="true" className={style.swatch}>
          <polygon points="0,14 0,9 32,0 32,14" />
        </svg>
        {t("keys.band")}
      </li>
    </ul>
  );
}

type Words = ReturnType<typeof useTranslations<"goals.fan">>;

function told(point: FanPoint, t: Words, locale: string): string {
  const money = (one: FanPoint["low"]) => formatMoney(locale, one);
  return t("readout", { day: formatDay(locale, point.day), middle: money(point.middle), low: money(point.low), high: money(point.high), paidIn: money(point.paid_in) });
}

function Table({ found, caption }: { found: Projection; caption: string }) {
  const t = useTranslations("goals.fan");
  const locale = useLocale();
  const sides = ["low", "middle", "high", "paid_in"] as const;
  const columns = [
    { key: "day", title: t("columns.day"), cell: (point: FanPoint) => <span className={style.day}>{formatDay(locale, point.day)}</span> },
    ...sides.map((side) => ({
      key: side,
      title: t(`columns.${side}`),
      cell: (point: FanPoint) => formatMoney(locale, point[side]),
      end: true,
    })),
  ];
  return <TableView caption={caption} columns={columns} rows={found.points} keyOf={(point) => String(point.month)} />;
}

function saveCsv(found: Projection): void {
  const url = URL.createObjectURL(new Blob([csvOf(found)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `goal-${found.as_of}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
