import { decimalOfMinor, formatMoney, formatPercent, minorOfDecimal, readAmount } from "@/lib/money";

// CLDR mixes in direction marks and several kinds of space; a reader sees neither.
function plain(text: string): string {
  return text.replace(/[\u200e\u200f\u061c]/g, "").replace(/[\u00a0\u202f]/g, " ");
}

describe("formatMoney", () => {
  test.each([
    ["en", "-1234567.50", "-€1,234,567.50"],
    ["de", "-1234567.50", "-1.234.567,50 €"],
    ["hi", "-1234567.50", "-€12,34,567.50"],
    ["pt", "-1234567.50", "-€ 1.234.567,50"],
  ])("%s prints %s", (locale, amount, expected) => {
    expect(plain(formatMoney(locale, { amount, currency: "EUR" }))).toBe(expected);
  });

  test("prints every digit of a long amount", () => {
    const money = { amount: "12345678901234567890.12", currency: "USD" };
    expect(formatMoney("en", money)).toBe("$12,345,678,901,234,567,890.12");
  });

  test("shows the sign of a movement when asked", () => {
    expect(formatMoney("en", { amount: "5.00", currency: "EUR" }, true)).toBe("+€5.00");
  });
});

test("formatPercent reads a share", () => {
  expect(formatPercent("en", "0.125")).toBe("12.5%");
});

describe("decimalOfMinor", () => {
  test.each([
    [0, "EUR", "0.00"],
    [5, "EUR", "0.05"],
    [-5, "EUR", "-0.05"],
    [123456, "EUR", "1234.56"],
    [123, "JPY", "123"],
    ["9007199254740993", "EUR", "90071992547409.93"],
  ])("%s %s", (minor, currency, expected) => {
    expect(decimalOfMinor(minor, currency)).toBe(expected);
  });
});

describe("readAmount", () => {
  test.each([
    ["100", "100.00"],
    ["1,234.5", "1234.50"],
    ["1.234,50", "1234.50"],
    ["1,234", "1234.00"],
    ["0,5", "0.50"],
    ["1 234,50", "1234.50"],
    ["١٢٣٫٤٥", "123.45"],
    ["007", "7.00"],
  ])("reads %s", (typed, amount) => {
    expect(readAmount(typed, "EUR", "en")).toEqual({ amount });
  });

  test.each([
    ["", "empty"],
    ["abc", "notANumber"],
    ["1e12", "notANumber"],
    ["-1", "notPositive"],
    ["0.00", "notPositive"],
    ["0.001", "tooManyDecimals"],
    ["1000000000000", "tooLarge"],
  ])("refuses %s as %s", (typed, problem) => {
    expect(readAmount(typed, "EUR", "en")).toEqual({ problem });
  });

  test.each([
    ["de", "EUR", "1.250", "1250.00"],
    ["de", "EUR", "1.250,5", "1250.50"],
    ["pt", "EUR", "12.500", "12500.00"],
    ["es", "EUR", "1.250", "1250.00"],
    ["en", "KWD", "1.250", "1.250"],
    ["de", "KWD", "1.250", "1.250"],
    ["de", "KWD", "1,250", "1.250"],
    ["en", "KWD", "1,250", "1250.000"],
    ["hi", "INR", "1,00,000", "100000.00"],
  ])("in %s %s %s is %s", (locale, currency, typed, amount) => {
    expect(readAmount(typed, currency, locale)).toEqual({ amount });
  });

  test.each([
    ["en", "1.250"],
    ["de", "1,250"],
    ["fr", "1.250"],
    ["de", "0.125"],
    ["de", "1250.500"],
  ])("in %s %s is refused, not guessed at", (locale, typed) => {
    expect(readAmount(typed, "EUR", locale)).toEqual({ problem: "tooManyDecimals" });
  });

  test("turns into minor units exactly", () => {
    expect(minorOfDecimal("1234.50", "EUR")).toBe(123450);
    expect(minorOfDecimal("7", "JPY")).toBe(7);
  });
});

test("in a line from right to left sign, digits and currency keep together, each part on its own", () => {
  expect(formatMoney("ar", { amount: "500.25", currency: "USD" }, true)).toBe("\u2066+500.25\u2069\u00a0\u2066US$\u2069");
  expect(formatMoney("ar", { amount: "-1234567890123.45", currency: "USD" })).toBe("\u2066-1,234,567,890,123.45\u2069\u00a0\u2066US$\u2069");
});
