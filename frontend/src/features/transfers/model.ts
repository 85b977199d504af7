// Pure view logic of accounts and their lines.
import { formatMoney, formatQuantity } from "@/lib/money";

type UnitAmount = { value: string; unit: string; kind: "cash" | "holding" | "house"; signed: boolean };

/** Money in its currency; shares as a number with the instrument's name. */
export function amountOfUnit(locale: string, { value, unit, kind, signed }: UnitAmount): string {
  if (kind !== "holding") return formatMoney(locale, { amount: value, currency: unit }, signed);
  const plus = signed && !value.startsWith("-") ? "+" : "";
  return `${plus}${formatQuantity(locale, value)} ${unit}`;
}
