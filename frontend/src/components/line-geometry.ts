// Where the points of a line chart lie, in per cent of its box. Geometry only: texts come from the API's strings.

export type Values = readonly (number | null)[];
export type Scale = { low: number; high: number };

const ROOM = 0.08;

/** The range of all values with a little room; `base` is always inside. Null when there is nothing. */
export function scaleOf(lines: readonly Values[], base?: number): Scale | null {
  const known = lines.flat().filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  const all = base === undefined ? known : [...known, base];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = high > low ? (high - low) * ROOM : Math.abs(high) * ROOM || 1;
  return { low: low - room, high: high + room };
}

/** Per cent from the top. */
export function heightOf(value: number, { low, high }: Scale): number {
  return (100 * (high - value)) / (high - low);
}

/** Per cent from the start; a single point lies in the middle. */
export function placeOf(at: number, count: number): number {
  return count < 2 ? 50 : (100 * at) / (count - 1);
}

/** The line as SVG path; a missing value is a gap and never bridged. */
export function pathOf(values: Values, scale: Scale): string {
  let pen = "M";
  return values
    .flatMap((value, at) => {
      if (value === null) {
        pen = "M";
        return [];
      }
      const step = `${pen}${placeOf(at, values.length).toFixed(3)} ${heightOf(value, scale).toFixed(3)}`;
      // A point between two gaps would be invisible: it becomes a dash of no length with round ends.
      const alone = pen === "M" && (values[at + 1] ?? null) === null;
      pen = "L";
      return [alone ? `${step}h0` : step];
    })
    .join("");
}

/** Three lines across: near the bottom, the middle, near the top. */
export function ticksOf({ low, high }: Scale): number[] {
  const inner = (high - low) * ROOM;
  return [high - inner, (low + high) / 2, low + inner];
}

/** The point that a key leads to; null when the key means nothing here. In RTL the axis stays left to right. */
export function moved(at: number, key: string, count: number): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const steps: Record<string, number> = {
    ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: page, PageDown: -page, Home: -count, End: count,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(Math.max(at + step, 0), count - 1);
}
