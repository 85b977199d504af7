"use client";
// One line over days, drawn plainly so that no chart library is loaded; arrow keys read it out day by day.
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { KeyboardEvent, PointerEvent } from "react";

import { useFigures } from "@/features/models/components/figures";
import look from "@/features/models/components/models.module.css";
import { axisTop, CHART, piecesOf } from "@/features/models/model";
import type { Day, Dot, Measure } from "@/features/models/model";
import { formatDay } from "@/lib/dates";
import { SERIES } from "@/lib/palette";
import { useScheme } from "@/lib/scheme";

type Props = { days: readonly Day[]; measure: Measure; line: number };

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

export function HistoryChart({ days, measure, line }: Props) {
  const t = useTranslations("models.history");
  const locale = useLocale();
  const { figure, count } = useFigures();
  const [chosen, setChosen] = useState<number | null>(null);
  const top = axisTop(days, measure, line);
  const pieces = piecesOf(days, measure, top);
  const dots = pieces.flat();
  if (dots.length < 2) {
    return <p data-testid="too-short">{t(dots.length === 0 ? "noDay" : "oneDay")}</p>;
  }
  const last = dots.length - 1;
  const at = Math.min(chosen ?? last, last);
  const dot = dots[at];
  const text = (one: Dot | undefined) =>
    one === undefined ? "" : t("point", { day: formatDay(locale, one.day), value: measure === "alerts" ? count(one.value) : figure(one.value) });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setChosen(Math.min(Math.max(step(at, last), 0), last));
  };
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * CHART.width;
    const distances = dots.map((one) => Math.abs(one.x - x));
    setChosen(distances.indexOf(Math.min(...distances)));
  };
  return (
    <figure className={look.figure}>
      <div
        className={look.plot}
        role="slider"
        tabIndex={0}
        aria-label={t(`measures.${measure}`)}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={text(dot)}
        onKeyDown={onKeyDown}
      >
        <Drawing pieces={pieces} dot={dot} limit={measure === "psi" ? line / top : null} onPointerMove={onPointerMove} />
      </div>
      <div className={look.axis} dir="ltr" aria-hidden="true">
        <span>{formatDay(locale, days[0]?.day ?? "")}</span>
        <span>{t("axis", { top: measure === "alerts" ? count(top) : figure(top) })}</span>
        <span>{formatDay(locale, days.at(-1)?.day ?? "")}</span>
      </div>
      <figcaption className={look.point}>{text(dot)}</figcaption>
    </figure>
  );
}

type DrawingProps = { pieces: Dot[][]; dot: Dot | undefined; limit: number | null; onPointerMove: (event: PointerEvent<SVGSVGElement>) => void };

function Drawing({ pieces, dot, limit, onPointerMove }: DrawingProps) {
  const colour = SERIES[useScheme()][0];
  const high = CHART.height - CHART.top - CHART.bottom;
  const floor = CHART.height - CHART.bottom;
  const level = limit === null ? null : CHART.top + (1 - limit) * high;
  return (
    <svg viewBox={`0 0 ${CHART.width} ${CHART.height}`} className={look.drawing} aria-hidden="true" onPointerMove={onPointerMove}>
      <line className={look.floor} x1={CHART.start} x2={CHART.width - CHART.end} y1={floor} y2={floor} />
      {level !== null && <line className={look.alertLine} x1={CHART.start} x2={CHART.width - CHART.end} y1={level} y2={level} />}
      {pieces.map((piece) => (
        <g key={piece[0]?.day}>
          <polyline points={piece.map(({ x, y }) => `${x},${y}`).join(" ")} fill="none" stroke={colour} strokeWidth={2} />
          {piece.map(({ day, x, y }) => (
            <circle key={day} cx={x} cy={y} r={3} fill={colour} />
          ))}
        </g>
      ))}
      {dot !== undefined && (
        <>
          <line className={look.cursor} x1={dot.x} x2={dot.x} y1={CHART.top} y2={floor} />
          <circle cx={dot.x} cy={dot.y} r={6} fill="none" stroke={colour} strokeWidth={3} />
        </>
      )}
    </svg>
  );
}
