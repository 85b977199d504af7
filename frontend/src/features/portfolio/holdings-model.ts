// Pure view logic of the holdings table: rows with their cost, search, sort, totals. Sums are exact.
import type { Lot, Portfolio, Position } from "@/features/portfolio/queries";
import { decimalOfMinor } from "@/lib/money";

export type Money = NonNullable<Position["value"]>;
export type Holding = Position & { cost: Money | null; gain: Money | null; gainShare: string | null; lots: number | null };

export const SORTS = ["name", "quantity", "cost", "price", "value", "weight", "gain", "lots"] as const;
export type SortKey = (typeof SORTS)[number];
export type Sort = { key: SortKey; down: boolean };
export const FIRST_SORT: Sort = { key: "value", down: true };

function moneyOf(minor: bigint, currency: string): Money {
  return { amount: decimalOfMinor(minor, currency), amount_minor: Number(minor), currency };
}

/** A sum in whole minor units; null when one part is unknown: unknown is never zero. */
export function sumOf(parts: readonly (Money | null)[], currency: string): Money | null {
  let sum = 0n;
  for (const part of parts) {
    if (part === null) return null;
    sum += BigInt(part.amount_minor);
  }
  return moneyOf(sum, currency);
}

/** One amount as a fraction of another with six digits, cut; null when that has no meaning. */
export function fractionOf(part: Money | null, whole: Money | null): string | null {
  if (part === null || whole === null || whole.amount_minor <= 0) return null;
  const millionths = (BigInt(part.amount_minor) * 1_000_000n) / BigInt(whole.amount_minor);
  const digits = (millionths < 0n ? -millionths : millionths).toString().padStart(7, "0");
  return `${millionths < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

export function gainOf(value: Money | null, cost: Money | null): Money | null {
  if (value === null || cost === null) return null;
  return moneyOf(BigInt(value.amount_minor) - BigInt(cost.amount_minor), value.currency);
}

/** The positions with what they cost, lot by lot; without lots cost and gain are unknown. */
export function holdingsOf(found: Portfolio, lots: readonly Lot[] | undefined): Holding[] {
  return found.positions.map((position) => {
    const own = lots?.filter((lot) => lot.symbol === position.symbol) ?? [];
    const cost = own.length === 0 ? null : sumOf(own.map((lot) => lot.cost), found.currency);
    const gain = gainOf(position.value, cost);
    return { ...position, cost, gain, gainShare: fractionOf(gain, cost), lots: lots === undefined ? null : own.length };
  });
}

export function searched(rows: readonly Holding[], wanted: string): Holding[] {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = `${row.symbol} ${row.name}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function orderOf(row: Holding, key: Exclude<SortKey, "name">): number | null {
  if (key === "lots") return row.lots;
  const value = row[key];
  if (value === null) return null;
  return typeof value === "string" ? Number(value) : value.amount_minor;
}

/** Numbers by size and not by their letters; what is unknown stands last either way. */
export function sorted(rows: readonly Holding[], { key, down }: Sort, locale: string): Holding[] {
  const turn = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const byName = a.name.localeCompare(b.name, locale);
    if (key === "name") return turn * byName;
    const [one, other] = [orderOf(a, key), orderOf(b, key)];
    if (one === null || other === null) return one === other ? byName : one === null ? 1 : -1;
    return turn * (one - other) || byName;
  });
}

export type Totals = { count: number; value: Money | null; cost: Money | null; gain: Money | null };

export function totalsOf(rows: readonly Holding[], currency: string): Totals {
  const value = sumOf(rows.map((row) => row.value), currency);
  const cost = sumOf(rows.map((row) => row.cost), currency);
  return { count: rows.length, value, cost, gain: gainOf(value, cost) };
}

export function sortOf(search: URLSearchParams): Sort {
  const text = search.get("sort") ?? "";
  const key = SORTS.find((one) => one === text.replace("-", ""));
  return key === undefined ? FIRST_SORT : { key, down: text.startsWith("-") };
}

export function addressOf(wanted: string, { key, down }: Sort): string {
  const search = new URLSearchParams();
  if (wanted !== "") search.set("q", wanted);
  if (key !== FIRST_SORT.key || down !== FIRST_SORT.down) search.set("sort", `${down ? "-" : ""}${key}`);
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** Text columns begin upwards, numbers with the largest; the same column again turns round. */
export function nextSort(now: Sort, key: SortKey): Sort {
  return now.key === key ? { key, down: !now.down } : { key, down: key !== "name" };
}

