// A figure of an answer in the reader's own writing.
import type { Evidence } from "@/features/chat/answer";
import { formatDay } from "@/lib/dates";
import { formatMoney, formatPercent, formatQuantity } from "@/lib/money";

export function formatEvidence(locale: string, one: Evidence): string {
  switch (one.kind) {
    case "money":
      return one.currency === null ? formatQuantity(locale, one.value) : formatMoney(locale, { amount: one.value, currency: one.currency }, one.signed);
    case "percent":
      return formatPercent(locale, one.value, 2);
    case "quantity":
    case "count":
      return formatQuantity(locale, one.value);
    case "date":
      return formatDay(locale, one.value);
    case "id":
      return one.value;
  }
}
