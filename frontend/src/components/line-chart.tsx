"use client";
// Lines over days with a cursor that arrow keys and the pointer move; drawn plainly, so no chart library is loaded.
import { useState } from "react";
import type { KeyboardEvent, PointerEvent } from "react";

import chart from "@/components/line-chart.module.css";
import { heightOf, moved, pathOf, placeOf, scaleOf, ticksOf } from "@/components/line-geometry";
import type { Values } from "@/components/line-geometry";
import { SERIES } from "@/lib/palette";
import { useScheme } from "@/lib/scheme";

export type Line = { key: string; label: string; values: Values };

type Props = {
  lines: readonly Line[];
  count: number;
  /** What the chart is, for those who do not see it. */
  label: string;
  /** What stands at one point, in words: shown under the chart and spoken. */
  said: (at: number) => string;
  dayText: (at: number) => string;
  tickText: (value: number) => string;
  /** A value that is always inside, with a line of its own: zero for returns. */
  base?: number;
};

// Told apart without colour as well.
const DASHES = ["", "7 5", "2 4", "10 4 2 4", "1 6", "12 6"];

export function LineChart({ lines, count, label, said, dayText, tickText, base }: Props) {
  const colours = SERIES[useScheme()];
  const [chosen, setChosen] = useState<number | null>(null);
  const at = Math.min(chosen ?? count - 1, count - 1);
  const scale = scaleOf(lines.map((line) => line.values), base);
  if (scale === null) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(at, event.key, count);
    if (to === null) return;
    event.preventDefault();
    setChosen(to);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width === 0) return;
    const share = (event.clientX - box.x) / box.width;
    setChosen(Math.min(Math.max(Math.round(share * (count - 1)), 0), count - 1));
  };
  return (
    <figure className={chart.figure}>
      {lines.length > 1 && <Legend lines={lines} colours={colours} />}
      <div
        className={chart.box}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={at}
        aria-valuetext={said(at)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
      >
        <svg className={chart.plot} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {ticksOf(scale).map((tick) => (
            <line key={tick} x1={0} x2={100} y1={heightOf(tick, scale)} y2={heightOf(tick, scale)} />
          ))}
          {base !== undefined && <line className={chart.base} x1={0} x2={100} y1={heightOf(base, scale)} y2={heightOf(base, scale)} />}
          {lines.map((line, place) => (
            <path key={line.key} d={pathOf(line.values, scale)} stroke={colours[place]} strokeDasharray={DASHES[place]} />
          ))}
        </svg>
        {ticksOf(scale).map((tick) => (
          <span key={tick} className={chart.tick} style={{ insetBlockStart: `${heightOf(tick, scale)}%` }} aria-hidden="true">
            <bdi>{tickText(tick)}</bdi>
          </span>
        ))}
        <span className={chart.cursor} style={{ insetInlineStart: `${placeOf(at, count)}%` }} aria-hidden="true" />
        {lines.map((line, place) => {
          const value = line.values[at] ?? null;
          const style = value === null ? null : { insetInlineStart: `${placeOf(at, count)}%`, insetBlockStart: `${heightOf(value, scale)}%`, background: colours[place] };
          return style && <span key={line.key} className={chart.dot} style={style} aria-hidden="true" />;
        })}
      </div>
      <div className={chart.axis} aria-hidden="true">
        <bdi>{dayText(0)}</bdi>
        <bdi>{dayText(count - 1)}</bdi>
      </div>
      <p className={chart.said} data-testid="chart-said">
        {said(at)}
      </p>
    </figure>
  );
}

function Legend({ lines, colours }: { lines: readonly Line[]; colours: readonly string[] }) {
  return (
    <ul className={chart.legend}>
      {lines.map((line, place) => (
        <li key={line.key}>
          <svg viewBox="0 0 28 8" aria-hidden="true">
            <line x1={1} x2={27} y1={4} y2={4} stroke={colours[place]} strokeWidth={3} strokeDasharray={DASHES[place]} />
          </svg>
          <bdi>{line.label}</bdi>
        </li>
      ))}
    </ul>
  );
}
