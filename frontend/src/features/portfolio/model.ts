// Pure view logic of the portfolio: distances from the plan, where alerts and the next step lead, ranges of closes.
import type { Portfolio } from "@/features/portfolio/queries";

/** The first and last market day of the prices shown; null when nothing has a price. */
export function marketDays(rows: readonly { market_date: string | null }[]): { from: string; to: string } | null {
  const days = rows.flatMap((row) => row.market_date ?? []).sort();
  const [from, to] = [days[0], days.at(-1)];
  return from === undefined || to === undefined ? null : { from, to };
}

export type Line = Portfolio["allocation"][number];

/** How far a line lies from its plan, in points of the whole; above it is positive. */
export function gapOf(line: Line): number {
  return (Number(line.weight) - Number(line.target)) * 100;
}

/** The investment that lies furthest from its plan; null when nothing does by as much as is shown. */
export function furthest(lines: readonly Line[]): Line | null {
  const own = lines.filter((line) => line.symbol !== null);
  const [first] = own.sort((a, b) => Math.abs(gapOf(b)) - Math.abs(gapOf(a)));
  return first === undefined || Math.abs(gapOf(first)) < 0.05 ? null : first;
}

export type Alert = Portfolio["alerts"][number];

/** Where an alert can be dealt with; null where only waiting helps. */
export const ALERT_PATHS: Record<Alert["code"], string | null> = {
  trading_halted: null,
  prices_missing: null,
  prices_stale: null,
  kyc_missing: "/app/kyc",
  profile_expired: "/app/risk",
  market_closed: null,
  order_in_review: "/app/orders",
  profile_expires: "/app/risk",
  not_advised: "/app/recommendation",
  rebalance_suggested: "/app/rebalance",
};

export const NEXT_PATHS: Record<Portfolio["next_action"], string | null> = {
  finish_onboarding: "/app/start",
  deposit: "/app/transfers",
  get_advice: "/app/recommendation",
  invest: "/app/recommendation",
  rebalance: "/app/rebalance",
  wait: null,
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
