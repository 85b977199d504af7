"use client";
// Money as the reader writes it, from the API's own digits.
import { useLocale } from "next-intl";

import { useOwnTexts } from "@/lib/hide-amounts";
import { formatMoney, formatPercent } from "@/lib/money";
import type { MoneyText } from "@/lib/money";

export function Amount({ money, signed = false }: { money: MoneyText; signed?: boolean }) {
  return <span className="number">{formatMoney(useLocale(), money, signed)}</span>;
}

/** An amount of her own, which she may have hidden on this device. */
export function OwnAmount({ money, signed = false }: { money: MoneyText; signed?: boolean }) {
  return <span className="number">{useOwnTexts().money(money, signed)}</span>;
}

export function Percent({ share, digits = 1 }: { share: string | number; digits?: number }) {
  return <span className="number">{formatPercent(useLocale(), share, digits)}</span>;
}
