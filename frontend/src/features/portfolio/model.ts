// Pure view logic of the portfolio: slices of the chart, words for the drift, where the next step leads.
import type { Portfolio } from "@/features/portfolio/queries";

export const MAX_SLICES = 6;
export const OTHER = "other";

export type Slice = { key: string; share: number };

/** Shares of what is held, the largest first, at most six with the rest as "other". */
export function slicesOf(weights: readonly { symbol: string; weight: string | null }[]): Slice[] {
  const known = weights
    .flatMap(({ symbol, weight }) => (weight === null ? [] : [{ key: symbol, share: Number(weight) }]))
    .filter((slice) => slice.share > 0)
    .sort((a, b) => b.share - a.share);
  if (known.length <= MAX_SLICES) return known;
  const rest = known.slice(MAX_SLICES - 1).reduce((sum, slice) => sum + slice.share, 0);
  return [...known.slice(0, MAX_SLICES - 1), { key: OTHER, share: rest }];
}

/** The first and last market day of the prices shown; null when nothing has a price. */
export function marketDays(rows: readonly { market_date: string | null }[]): { from: string; to: string } | null {
  const days = rows.flatMap((row) => row.market_date ?? []).sort();
  const [from, to] = [days[0], days.at(-1)];
  return from === undefined || to === undefined ? null : { from, to };
}

export type DriftWord = "none" | "small" | "large";

/** Below two points nothing needs doing; above ten the mix is no longer the advised one. */
export function driftWord(drift: string): DriftWord {
  const share = Number(drift);
  if (share < 0.02) return "none";
  return share < 0.1 ? "small" : "large";
}

export const NEXT_PATHS: Record<Portfolio["next_action"], string | null> = {
  finish_onboarding: "/app/start",
  deposit: "/app/transfers",
  get_advice: "/app/recommendation",
  invest: "/app/recommendation",
  rebalance: "/app/rebalance",
  none: null,
};

export const CLOSE_RANGES = ["month", "quarter", "half", "year"] as const;
export type CloseRange = (typeof CLOSE_RANGES)[number];

const CLOSE_DAYS: Record<CloseRange, number> = { month: 31, quarter: 92, half: 183, year: 366 };
const DAY_MS = 86_400_000;

/** The closes of a range that ends with the newest one: in a replay that is not the reader's today. */
export function closesOf<Close extends { day: string }>(closes: readonly Close[], range: CloseRange): Close[] {
  const last = closes.at(-1);
  if (last === undefined) return [];
  const first = new Date(Date.parse(last.day) - CLOSE_DAYS[range] * DAY_MS).toISOString().slice(0, 10);
  return closes.filter((close) => close.day >= first);
}
