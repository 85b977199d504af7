// Amounts travel as the API's decimal strings; Intl prints them digit for digit, nothing here computes with them.
import { directionOf } from "@/lib/i18n/locales";

export type MoneyText = { amount: string; currency: string };

/** Text of an amount in the reader's language. Keeps every digit of the string. */
export function formatMoney(locale: string, money: MoneyText, signed = false): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: money.currency,
    signDisplay: signed ? "exceptZero" : "auto",
  });
  if (directionOf(locale) === "rtl") return isolated(format, money.amount);
  return format.format(money.amount as unknown as number);
}

// In a line that runs from right to left the sign and the "$" of "US$" would wander to the other end.
function isolated(format: Intl.NumberFormat, amount: string): string {
  const parts = format.formatToParts(amount as unknown as number);
  const text = (wanted: (type: string) => boolean) => parts.filter((part) => wanted(part.type)).map((part) => part.value).join("");
  const number = text((type) => type !== "currency" && type !== "literal").replace(/[\u061c\u200e\u200f]/g, "");
  return `\u2066${number}\u2069\u00a0\u2066${text((type) => type === "currency")}\u2069`;
}

/** Text of a share given as a decimal string or number: 0.125 becomes 12.5 %. */
export function formatPercent(locale: string, share: string | number, digits = 1): string {
  const format = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(share as unknown as number);
}

/** A rounded amount for an axis; geometry, never a figure that somebody relies on. */
export function formatMoneyShort(locale: string, value: number, currency: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Percentage points with one digit. */
export function formatPoints(locale: string, points: number, signed = false): string {
  const signDisplay = signed ? "exceptZero" : "auto";
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay }).format(points);
}

export function formatQuantity(locale: string, quantity: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(quantity as unknown as number);
}

const EXPONENTS: Record<string, number> = { JPY: 0, KRW: 0, KWD: 3, BHD: 3, TND: 3 };

function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/** Minor units to the decimal string, exact for any length. */
export function decimalOfMinor(minor: number | bigint | string, currency: string): string {
  const exponent = exponentOf(currency);
  const value = BigInt(minor);
  const digits = (value < 0n ? -value : value).toString().padStart(exponent + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

export type AmountProblem = "empty" | "notANumber" | "notPositive" | "tooManyDecimals" | "tooLarge";

export const MAX_MAJOR_DIGITS = 9;

/** What a person typed into an amount field of her language: the API's decimal string, or what is wrong with it. */
export function readAmount(typed: string, currency: string, locale: string): { amount: string } | { problem: AmountProblem } {
  const text = latinDigits(typed).replace(/[\s\u00a0\u202f'\u2019\u066c]/g, "").replace("\u066b", ".");
  if (text === "") return { problem: "empty" };
  const normal = oneDecimalPoint(text, groupMarkOf(locale, currency));
  if (!/^-?\d+(\.\d+)?$/.test(normal)) return { problem: "notANumber" };
  const [major = "0", minor = ""] = normal.replace("-", "").split(".");
  const whole = major.replace(/^0+(?=\d)/, "");
  if (normal.startsWith("-") || /^0*$/.test(whole + minor)) return { problem: "notPositive" };
  if (minor.length > exponentOf(currency)) return { problem: "tooManyDecimals" };
  if (whole.length > MAX_MAJOR_DIGITS) return { problem: "tooLarge" };
  const padded = minor.padEnd(exponentOf(currency), "0");
  return { amount: padded === "" ? whole : `${whole}.${padded}` };
}

/** The typed amount as minor units, for requests that ask for them. */
export function minorOfDecimal(amount: string, currency: string): number {
  const [major = "0", minor = ""] = amount.split(".");
  return Number(BigInt(major + minor.padEnd(exponentOf(currency), "0")));
}

const ZEROS = [0x0660, 0x06f0, 0x0966];

function latinDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(Math.min(...ZEROS.filter((zero) => zero <= code).map((zero) => code - zero)));
  });
}

// The mark that groups thousands in this language. A currency of three decimals takes "." for the decimal mark everywhere:
// that is how the API's own text, which fields are filled with, writes it.
function groupMarkOf(locale: string, currency: string): string {
  const mark = new Intl.NumberFormat(locale, { useGrouping: "always" }).formatToParts(12345).find((part) => part.type === "group")?.value ?? "";
  return mark === "." && exponentOf(currency) === 3 ? "" : mark;
}

// "1.234,50" and "1,234.50" both mean the same: the last mark is the decimal one, earlier ones group. A single mark before
// exactly three digits groups where the language groups by it; elsewhere it is a decimal mark, and three decimals are refused
// rather than guessed at.
function oneDecimalPoint(text: string, groupMark: string): string {
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (last < 0) return text;
  const mark = text[last] as string;
  if (text.indexOf(mark) !== last) return text.replaceAll(mark, "");
  const head = text.slice(0, last);
  if (mark === groupMark && /^-?[1-9]\d{0,2}$/.test(head) && text.length - last - 1 === 3) return text.replace(mark, "");
  return `${head.replaceAll(mark === "." ? "," : ".", "")}.${text.slice(last + 1)}`;
}
