// A person's own limits: what the form holds as text, and what the API holds as exact shares.
import type { Limits, LimitsBody } from "@/features/rebalance/queries";

export type Row = { key: number; symbol: string; least: string; most: string };
export type Form = { whole: boolean; rows: Row[]; turnover: string; fees: string; gain: string };
export type Faults = { rows: Set<number>; turnover: boolean; fees: boolean; gain: boolean };

const PERCENT = /^\d{1,3}([.,]\d{1,4})?$/;
const MONEY = /^\d{1,12}([.,]\d{1,2})?$/;

/** Move the decimal point two places by text: floats would turn 14.1 % into 0.14100000000000001. */
export function shareOf(percent: string): string | null {
  const text = percent.trim();
  if (!PERCENT.test(text)) return null;
  const [whole = "0", part = ""] = text.replace(",", ".").split(".");
  const digits = whole.padStart(3, "0");
  const share = `${digits.slice(0, -2)}.${digits.slice(-2)}${part}`.replace(/^0+(?=\d)/, "").replace(/\.?0+$/, "");
  return Number(share) > 1 ? null : share;
}

export function percentOf(share: string): string {
  const [whole = "0", part = ""] = share.split(".");
  const digits = part.padEnd(2, "0");
  const left = `${whole}${digits.slice(0, 2)}`.replace(/^0+(?=\d)/, "");
  const right = digits.slice(2).replace(/0+$/, "");
  return right === "" ? left : `${left}.${right}`;
}

export function formOf(found: Limits): Form {
  return {
    whole: found.whole_shares,
    rows: found.limits.map((one, key) => ({
      key,
      symbol: one.symbol,
      least: one.at_least === "0" ? "" : percentOf(one.at_least),
      most: one.at_most === "1" ? "" : percentOf(one.at_most),
    })),
    turnover: found.most_turnover === null ? "" : percentOf(found.most_turnover),
    fees: found.most_fees?.amount ?? "",
    gain: found.most_gain?.amount ?? "",
  };
}

export function faultsOf(form: Form): Faults {
  const badShare = (text: string) => text.trim() !== "" && shareOf(text) === null;
  const badMoney = (text: string) => text.trim() !== "" && !MONEY.test(text.trim());
  const twice = (row: Row) => form.rows.filter((other) => other.symbol === row.symbol).length > 1;
  return {
    rows: new Set(form.rows.filter((row) => row.symbol === "" || twice(row) || badShare(row.least) || badShare(row.most)).map((row) => row.key)),
    turnover: badShare(form.turnover),
    fees: badMoney(form.fees),
    gain: badMoney(form.gain),
  };
}

export const isSound = (faults: Faults): boolean => faults.rows.size === 0 && !faults.turnover && !faults.fees && !faults.gain;

/** What is sent; groups and the lot method are set by API only and stay as they are. */
export function bodyOf(form: Form, found: Limits, currency: string): LimitsBody {
  const money = (text: string) => (text.trim() === "" ? null : { amount: text.trim().replace(",", "."), currency });
  return {
    whole_shares: form.whole,
    limits: form.rows.map((row) => ({ symbol: row.symbol, at_least: shareOf(row.least) ?? "0", at_most: shareOf(row.most) ?? "1" })),
    groups: found.groups,
    most_turnover: shareOf(form.turnover),
    most_fees: money(form.fees),
    most_gain: money(form.gain),
    lot_method: found.lot_method,
  };
}

export type Clause = { kind: string; subject: string; bound: string };
export type Eased = { kind: string; subject: string; to: string };

/** The clash that a refusal names; null for every other refusal. */
export function clashOf(fields: Record<string, unknown>): { conflict: Clause[]; nearest: Eased[] } | null {
  const { conflict, nearest } = fields;
  if (!Array.isArray(conflict) || !Array.isArray(nearest)) return null;
  return { conflict: conflict as Clause[], nearest: nearest as Eased[] };
}
