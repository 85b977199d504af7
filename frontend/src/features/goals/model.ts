// Pure view logic of goals: what a form means, where sliders stand, the shape of the fan, the CSV. No money is computed.
import type { FanPoint, Goal, Projection, WhatIf, Wish } from "@/features/goals/queries";
import { readAmount } from "@/lib/money";
import type { AmountProblem } from "@/lib/money";

export const TARGET_STEPS = [
  "500", "1000", "2000", "3000", "4000", "5000", "7500", "10000", "12500", "15000", "20000", "25000", "30000", "40000", "50000",
  "60000", "75000", "100000", "125000", "150000", "200000", "250000", "300000", "400000", "500000", "750000", "1000000",
] as const;
export const MONTHLY_STEPS = [
  "0", "10", "25", "50", "75", "100", "125", "150", "175", "200", "250", "300", "350", "400", "450", "500", "600", "700", "800",
  "900", "1000", "1250", "1500", "2000", "2500", "3000", "4000", "5000",
] as const;
export const MOST_YEARS = 50;
export const LEAST_WANTED = 50;
export const MOST_WANTED = 95;
export const DEFAULT_WANTED = 80;

/** What stands in the fields: text as it was typed. */
export type Draft = {
  name: string;
  target: string;
  due: string;
  monthly: string;
  everything: boolean;
  start: string;
  wanted: string;
};
export type Field = "name" | "target" | "due" | "monthly" | "start" | "wanted";
export type Problem = AmountProblem | "nameEmpty" | "dateEmpty" | "dateInPast" | "dateTooFar" | "wantedRange";
export type Problems = Partial<Record<Field, Problem>>;
export type Read = { wish: Wish; wanted: number } | { problems: Problems };

/** The day so many years after another; the 29th of February becomes the 28th. */
export function yearsAfter(day: string, years: number): string {
  const [year = "", rest = ""] = [day.slice(0, 4), day.slice(4)];
  return `${String(Number(year) + years).padStart(4, "0")}${rest === "-02-29" ? "-02-28" : rest}`;
}

/** Whole years between two days, at least 0: where the slider of the date stands. */
export function yearsBetween(from: string, to: string): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(4) < from.slice(4) ? 1 : 0);
  return Number.isFinite(years) ? Math.min(Math.max(years, 0), MOST_YEARS) : 0;
}

/** The step that lies nearest to what was typed: geometry, so a number will do. */
export function nearestStep(steps: readonly string[], typed: string): number {
  const value = Number(typed.replace(/[^\d.]/g, ""));
  let best = 0;
  steps.forEach((step, at) => {
    if (Math.abs(Number(step) - value) < Math.abs(Number(steps[best]) - value)) best = at;
  });
  return best;
}

/** Like readAmount, but nothing is an amount too. */
function readAmountOrZero(typed: string, currency: string, locale: string): { amount: string } | { problem: AmountProblem } {
  const read = readAmount(typed, currency, locale);
  const isZero = "problem" in read && read.problem === "notPositive" && !typed.includes("-");
  return isZero ? { amount: "0" } : read;
}

/** What the fields wish for, or what is wrong with each. Everything typed is checked again by the API. */
export function readDraft(draft: Draft, currency: string, today: string, locale: string): Read {
  const target = readAmount(draft.target, currency, locale);
  const monthly = readAmountOrZero(draft.monthly, currency, locale);
  const start = draft.everything ? null : readAmountOrZero(draft.start, currency, locale);
  const problems: Problems = {};
  if (draft.name.trim() === "") problems.name = "nameEmpty";
  if ("problem" in target) problems.target = target.problem;
  if ("problem" in monthly) problems.monthly = monthly.problem;
  if (start !== null && "problem" in start) problems.start = start.problem;
  const due = dateProblem(draft.due, today);
  if (due !== null) problems.due = due;
  const wanted = /^\d{2}$/.test(draft.wanted) ? Number(draft.wanted) : 0;
  if (wanted < LEAST_WANTED || wanted > MOST_WANTED) problems.wanted = "wantedRange";
  if (Object.keys(problems).length > 0) return { problems };
  return {
    wanted,
    wish: {
      name: draft.name.trim(),
      currency,
      target: (target as { amount: string }).amount,
      due: draft.due,
      monthly: (monthly as { amount: string }).amount,
      start: start === null ? null : (start as { amount: string }).amount,
      profile: null,
    },
  };
}

function dateProblem(due: string, today: string): Problem | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(due)) return "dateEmpty";
  if (due <= today) return "dateInPast";
  return due > yearsAfter(today, MOST_YEARS) ? "dateTooFar" : null;
}

export function newDraft(today: string): Draft {
  return { name: "", target: "50000", due: yearsAfter(today, 10), monthly: "200", everything: true, start: "0", wanted: String(DEFAULT_WANTED) };
}

export function draftOf(goal: Goal): Draft {
  return {
    name: goal.name,
    target: plain(goal.target.amount),
    due: goal.due,
    monthly: plain(goal.monthly.amount),
    everything: goal.start === null,
    start: plain(goal.start?.amount ?? "0"),
    wanted: String(DEFAULT_WANTED),
  };
}

/** "200.00" is typed as "200". */
function plain(amount: string): string {
  return amount.replace(/\.0+$/, "");
}

/** The question to the API. The name changes no figure, so it is left out: typing it asks nothing. */
export function whatIf(wish: Wish, wanted: number, seedOf: { goal_id: string } | { key: string }): WhatIf {
  return { ...wish, name: "-", wanted_percent: wanted, ...seedOf } as WhatIf;
}

/** Whether the fields say something else than the goal that is kept. */
export function isChanged(goal: Goal, wish: Wish): boolean {
  const same = (kept: string | undefined, now: string | null | undefined) => (kept === undefined ? now == null : now != null && plain(kept) === plain(now));
  return !(
    goal.name === wish.name &&
    goal.due === wish.due &&
    same(goal.target.amount, wish.target) &&
    same(goal.monthly.amount, wish.monthly) &&
    same(goal.start?.amount, wish.start)
  );
}

/** Shares of 100 in both directions, y downwards. */
export type Fan = { band: string; middle: string; paidIn: string; target: number; top: number; at: (month: number) => number; up: (minor: number) => number };

const ROOM = 1.06;

/** The fan in a box of 100 × 100. Geometry only: what is read stands in the API's strings. */
export function fanOf(found: Projection): Fan {
  const last = found.points.at(-1)?.month ?? 1;
  const top = ROOM * Math.max(found.target.amount_minor, ...found.points.map((point) => point.high.amount_minor), 1);
  const at = (month: number) => (100 * month) / Math.max(last, 1);
  const up = (minor: number) => 100 - (100 * minor) / top;
  const spot = (point: FanPoint, side: "low" | "middle" | "high" | "paid_in") => `${at(point.month).toFixed(3)},${up(point[side].amount_minor).toFixed(3)}`;
  const line = (side: "middle" | "paid_in") => found.points.map((point) => spot(point, side)).join(" ");
  const over = found.points.map((point) => spot(point, "high"));
  const under = [...found.points].reverse().map((point) => spot(point, "low"));
  return { band: [...over, ...under].join(" "), middle: line("middle"), paidIn: line("paid_in"), target: up(found.target.amount_minor), top, at, up };
}

/** The table twin as CSV, from the same points and the API's own digits. */
export function csvOf(found: Projection): string {
  const head = ["month", "day", "low_p10", "middle_p50", "high_p90", "paid_in", "currency"];
  const rows = found.points.map((point) => [
    String(point.month), point.day, point.low.amount, point.middle.amount, point.high.amount, point.paid_in.amount, point.low.currency,
  ]);
  return [head, ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
}

/** How sure a chance is in one word; the count always stands beside it. */
export function chanceWord(probability: number): "good" | "open" | "poor" {
  if (probability >= 0.75) return "good";
  return probability >= 0.4 ? "open" : "poor";
}
