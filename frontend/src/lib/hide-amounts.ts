// Amounts hidden from eyes nearby: a choice of this device, no secret. Shares in per cent and public prices stay.
import { useLocale, useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";

import { formatMoney, formatQuantity } from "@/lib/money";
import type { MoneyText } from "@/lib/money";

const STORED = "finnami-hide-amounts";
const listeners = new Set<() => void>();
// What holds when storage is refused: until the next load.
let chosen: boolean | null = null;

function current(): boolean {
  try {
    return window.localStorage.getItem(STORED) === "1";
  } catch {
    return chosen ?? false;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab of this device chose.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function useHidden(): boolean {
  return useSyncExternalStore(subscribe, current, () => false);
}

export function chooseHidden(hidden: boolean): void {
  chosen = hidden;
  try {
    if (hidden) window.localStorage.setItem(STORED, "1");
    else window.localStorage.removeItem(STORED);
  } catch {
    // Storage refused: the choice lasts until the next load.
  }
  for (const listener of listeners) listener();
}

export type OwnTexts = {
  hidden: boolean;
  money: (money: MoneyText, signed?: boolean) => string;
  quantity: (quantity: string) => string;
};

/** Texts of what is her own: amounts and quantities as she reads them, or a word instead while they are hidden. */
export function useOwnTexts(): OwnTexts {
  const t = useTranslations("hideAmounts");
  const locale = useLocale();
  const hidden = useHidden();
  return {
    hidden,
    money: (money, signed = false) => (hidden ? t("hidden") : formatMoney(locale, money, signed)),
    quantity: (quantity) => (hidden ? t("hidden") : formatQuantity(locale, quantity)),
  };
}
