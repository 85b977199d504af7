"use client";
// Figures of the model desk as the reader writes them; nothing is computed here.
import { useLocale } from "next-intl";

import type { Interval } from "@/features/models/model";

export const NONE = "–";

export function useFigures() {
  const locale = useLocale();
  const print = (options: Intl.NumberFormatOptions) => (value: number | null | undefined) =>
    value === null || value === undefined ? NONE : new Intl.NumberFormat(locale, options).format(value);
  const figure = print({ minimumFractionDigits: 4, maximumFractionDigits: 4 });
  const signed = print({ minimumFractionDigits: 4, maximumFractionDigits: 4, signDisplay: "exceptZero" });
  const cost = print({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const signedCost = print({ minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
  const plain = print({ maximumFractionDigits: 6 });
  const count = print({ maximumFractionDigits: 0 });
  const share = print({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  /** A measure by its name: counts without decimals, costs with two, shares of 1 with four. */
  const measure = (name: string, value: number | null | undefined) =>
    COUNTS.has(name) ? count(value) : name === "cost" ? cost(value) : figure(value);
  const range = (interval: Interval | null) => (interval === null ? null : { low: figure(interval[0]), high: figure(interval[1]) });
  return { figure, signed, cost, signedCost, plain, count, share, measure, range };
}

const COUNTS = new Set(["rows", "frauds"]);
