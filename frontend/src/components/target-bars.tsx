// Shares as bars from zero, each with its plan marked by a line; every bar says both in words beside it.
import bars from "@/components/target-bars.module.css";

export type TargetBar = { key: string; label: string; share: number; target: number | null; text: string };

export function TargetBars({ bars: lines, label, plan }: { bars: readonly TargetBar[]; label: string; plan: string | null }) {
  const whole = Math.max(...lines.flatMap((line) => [line.share, line.target ?? 0]), 0.01);
  const width = (share: number) => `${(Math.max(share, 0) / whole) * 100}%`;
  return (
    <figure className={bars.figure}>
      <ul className={bars.list} aria-label={label}>
        {lines.map((line) => (
          <li key={line.key}>
            <span className={bars.name}>
              <bdi>{line.label}</bdi> <span className="number">{line.text}</span>
            </span>
            <span className={bars.track} aria-hidden="true">
              <span className={bars.bar} style={{ inlineSize: width(line.share) }} />
              {line.target !== null && <span className={bars.target} style={{ insetInlineStart: width(line.target) }} />}
            </span>
          </li>
        ))}
      </ul>
      {plan !== null && (
        <figcaption className={bars.key}>
          <span className={bars.mark} aria-hidden="true" /> {plan}
        </figcaption>
      )}
    </figure>
  );
}
