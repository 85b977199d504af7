// Pure view logic of the performance screen: ranges, the address, the points of the chart.
import type { Measure, Performance, Period } from "@/features/portfolio/queries";

export const RANGES = ["today", "week", "month", "quarter", "ytd", "year", "max"] as const;
export type Range = (typeof RANGES)[number];
export type Chosen = { range: Range; benchmark: string | null };

/** The dashboard's own choice of ranges. */
export const SHORT_RANGES = ["today", "month", "half", "ytd", "year", "max"] as const;
export type ShortRange = (typeof SHORT_RANGES)[number];

const DAYS: Partial<Record<Range | ShortRange, number>> = { today: 1, week: 7, month: 30, quarter: 91, half: 182, year: 365 };
const DAY_MS = 86_400_000;

export function chosenOf(search: URLSearchParams): Chosen {
  const range = RANGES.find((one) => one === search.get("range")) ?? "max";
  return { range, benchmark: search.get("benchmark") };
}

export function addressOf({ range, benchmark }: Chosen): string {
  const search = new URLSearchParams();
  if (range !== "max") search.set("range", range);
  if (benchmark !== null) search.set("benchmark", benchmark);
  const text = search.toString();
  return text === "" ? "/app/performance" : `/app/performance?${text}`;
}

export function shortRangeOf(search: URLSearchParams): ShortRange {
  return SHORT_RANGES.find((one) => one === search.get("range")) ?? "month";
}

/** The first day of a range, in the API's days (UTC), the last one included; Max begins with the first movement. */
export function periodOf(range: Range | ShortRange, now: Date): Period {
  const today = now.toISOString().slice(0, 10);
  if (range === "max") return {};
  if (range === "ytd") return { first: `${today.slice(0, 4)}-01-01` };
  const days = DAYS[range] ?? 1;
  return { first: new Date(Date.parse(today) - (days - 1) * DAY_MS).toISOString().slice(0, 10) };
}

export type Row = Performance["points"][number];

/** The evenings of a period, the one before it first: what the gain is counted from. */
export function eveningsOf(found: Performance): Row[] {
  const first = found.points[0];
  if (first === undefined || found.start_value === null || found.start_value.amount_minor === 0) return found.points;
  const before = new Date(Date.parse(first.day) - DAY_MS).toISOString().slice(0, 10);
  return [{ day: before, value: found.start_value, growth: 0, benchmark: 0 }, ...found.points];
}

/** Fewer than two evenings with a return make no line. */
export function drawable(points: readonly Row[]): boolean {
  return points.filter((point) => point.growth !== null).length >= 2;
}

export const FIGURES = ["time_weighted", "gross", "money_weighted", "simple", "drawdown", "gain", "fees"] as const;
export type Figure = (typeof FIGURES)[number];

/** The share that a figure shows; null when it is money or has none. */
export function shareOf(found: Performance, figure: Figure): number | null {
  if (figure === "gain" || figure === "fees") return null;
  if (figure === "drawdown") return found.drawdown?.depth ?? null;
  if (figure === "gross") return found.gross.value;
  return found.measures.find((one) => one.method === figure)?.value ?? null;
}

/** Why there is no number: the API's reason, said only where a value is missing. */
export function reasonOf(found: Performance, figure: Figure): string | null {
  if (shareOf(found, figure) !== null) return null;
  if (figure === "gain" || figure === "fees") {
    if (found[figure] !== null) return null;
    return found.missing_prices.length === 0 && found.missing_rates.length > 0 ? "no_rate" : "no_price";
  }
  if (figure === "gross") return found.gross.reason;
  return found.measures.find((one) => one.method === (figure === "drawdown" ? "time_weighted" : figure))?.reason ?? null;
}

/** The benchmark's number beside a figure, or its reason; null for figures that it does not have. */
export function benchmarkOf(found: Performance, figure: Figure): Measure | null {
  return found.benchmark?.measures.find((one) => one.method === figure) ?? null;
}
