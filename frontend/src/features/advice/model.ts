// Pure view logic of a recommendation: bars that add up, shares that fit a ring, what is asked of the API.
import { readAmount } from "@/lib/money";
import type { AmountProblem } from "@/lib/money";

export type Effect = { code: string; effect: number };
export type Risk = { base: number; total: number; contributions: readonly Effect[] };
export type Step = Effect & { shown: number; start: number; width: number };
export type Waterfall = { base: number; total: number; steps: Step[]; baseAt: number; totalAt: number };

export const TOP = 3;
// Shown in ten-thousandths of a log point.
const UNIT = 10_000;

/**
 * Bars from the usual level to today's. Shown numbers are differences of rounded running sums,
 * so they add up exactly and none has another sign than its effect.
 */
export function waterfallOf({ base, contributions }: Risk): Waterfall {
  const sums = contributions.reduce<number[]>((all, { effect }) => [...all, (all.at(-1) as number) + effect], [base]);
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const at = (value: number) => (high > low ? (100 * (value - low)) / (high - low) : 0);
  const rounded = sums.map((sum) => Math.round(sum * UNIT));
  return {
    base: (rounded[0] as number) / UNIT,
    total: (rounded.at(-1) as number) / UNIT,
    baseAt: at(base),
    totalAt: at(sums.at(-1) as number),
    steps: contributions.map((one, index) => {
      const [from, to] = [sums[index] as number, sums[index + 1] as number];
      const shown = ((rounded[index + 1] as number) - (rounded[index] as number)) / UNIT;
      return { ...one, shown, start: at(Math.min(from, to)), width: at(Math.max(from, to)) - at(Math.min(from, to)) };
    }),
  };
}

/** Log points as a change of risk: 0.1 is about +10.5 %. */
export function effectShare(effect: number): number {
  return Math.expm1(effect);
}

type Reason = { code: string; values: Record<string, string> };
export type Told = { code: string; direction: "raises" | "lowers"; effect: number };

/** The API's sentences about the largest effects, at most three; the word is the API's own. */
export function topReasons(reasons: readonly Reason[]): Told[] {
  return reasons
    .filter(({ code }) => code.startsWith("risk_"))
    .slice(0, TOP)
    .map(({ code, values }) => ({
      code: code.slice("risk_".length),
      direction: values.direction === "raises" ? "raises" : "lowers",
      effect: Number(values.effect),
    }));
}

export const OTHER = "other";
const MAX_SLICES = 6;
type Share = { symbol: string; weight: string };

/** The largest shares, and one slice for the rest when there are more than a ring can name. */
export function slicesOf(targets: readonly Share[]): { key: string; share: number }[] {
  const all = targets.map(({ symbol, weight }) => ({ key: symbol, share: Number(weight) })).sort((a, b) => b.share - a.share);
  if (all.length <= MAX_SLICES) return all;
  const rest = all.slice(MAX_SLICES - 1).reduce((sum, { share }) => sum + share, 0);
  return [...all.slice(0, MAX_SLICES - 1), { key: OTHER, share: rest }];
}

const DAY_MS = 86_400_000;
const PRICES_GOOD_FOR_DAYS = 7;

/** Prices that were older than a week when the advice was made (the bound of the statement). */
export function isStale(asOf: string, madeAt: string): boolean {
  return Date.parse(madeAt) - Date.parse(`${asOf}T00:00:00Z`) >= (PRICES_GOOD_FOR_DAYS + 1) * DAY_MS;
}

export type WhatIfDraft = { amount: string; monthly: string; years: string };
export type WhatIfField = keyof WhatIfDraft;
export type WhatIfProblem = AmountProblem | "years";
export type Asked = { amount: string; monthly?: string; currency: string; horizon_years: number };
type Read = { asked: Asked } | { problems: Partial<Record<WhatIfField, WhatIfProblem>> };
const MOST_YEARS = 50;

/** What was typed as a question to the API, or what is wrong with it; an empty monthly sum is none. */
export function readWhatIf(draft: WhatIfDraft, currency: string, locale: string): Read {
  const amount = readAmount(draft.amount, currency, locale);
  const isNone = /^[0\s.,]*$/.test(draft.monthly);
  const monthly = isNone ? null : readAmount(draft.monthly, currency, locale);
  const years = /^\s*\d{1,2}\s*$/.test(draft.years) ? Number(draft.years) : 0;
  const problems: Partial<Record<WhatIfField, WhatIfProblem>> = {
    ...("problem" in amount && { amount: amount.problem }),
    ...(monthly !== null && "problem" in monthly && { monthly: monthly.problem }),
    ...((years < 1 || years > MOST_YEARS) && { years: "years" as const }),
  };
  if ("problem" in amount || (monthly !== null && "problem" in monthly) || problems.years !== undefined) return { problems };
  return { asked: { amount: amount.amount, currency, horizon_years: years, ...(monthly !== null && { monthly: monthly.amount }) } };
}
