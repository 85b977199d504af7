"use client";
// A ring of shares with a direct label each; drawn plainly, so no chart library is loaded for it.
import chart from "@/components/chart.module.css";
import { SERIES } from "@/lib/palette";
import { useScheme } from "@/lib/scheme";

export type DonutSlice = { key: string; label: string; share: number; text: string };

const SIZE = 200;
const RADIUS = 76;
const LENGTH = 2 * Math.PI * RADIUS;
const GAP = 3;

export function Donut({ slices, caption, middle }: { slices: readonly DonutSlice[]; caption: string; middle: string }) {
  const colours = SERIES[useScheme()];
  const total = slices.reduce((sum, slice) => sum + slice.share, 0);
  const starts = slices.map((_, at) => slices.slice(0, at).reduce((sum, slice) => sum + slice.share, 0) / total);
  return (
    <figure className={chart.figure}>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={chart.ring} role="img" aria-label={caption}>
        {slices.map((slice, at) => (
          <circle
            key={slice.key}
            cx={SIZE / 2}
            cy={SIZE / 2}
            r={RADIUS}
            fill="none"
            stroke={colours[at % colours.length]}
            strokeWidth={26}
            strokeDasharray={`${Math.max(1, (slice.share / total) * LENGTH - GAP)} ${LENGTH}`}
            transform={`rotate(${-90 + 360 * (starts[at] ?? 0)} ${SIZE / 2} ${SIZE / 2})`}
          />
        ))}
        <text x="50%" y="50%" className={chart.middle}>
          {middle}
        </text>
      </svg>
      <ul className={chart.legend}>
        {slices.map((slice, at) => (
          <li key={slice.key}>
            <span className={chart.dot} style={{ background: colours[at % colours.length] }} aria-hidden="true" />
            <bdi>{slice.label}</bdi>
            <strong className="number">{slice.text}</strong>
          </li>
        ))}
      </ul>
    </figure>
  );
}
