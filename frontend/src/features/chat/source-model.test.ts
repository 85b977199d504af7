import type { Evidence } from "@/features/chat/answer";
import { factsOf, holds, openableOf } from "@/features/chat/source-model";
import type { Row } from "@/features/chat/queries";

const money = (value: string, currency = "USD"): Pick<Evidence, "kind" | "value" | "currency"> => ({ kind: "money", value, currency });

test("a figure opens its row; a calculation and a text of the house have none", () => {
  expect(openableOf({ source: "ledger", ref: "account.USD" })).toEqual({ source: "ledger", ref: "account.USD" });
  expect(openableOf({ source: "portfolio", ref: "summary" })).not.toBeNull();
  expect(openableOf({ source: "price", ref: null })).toBeNull();
  expect(openableOf({ source: "calc", ref: "x" })).toBeNull();
  expect(openableOf({ source: "https://evil.example", ref: "x" })).toBeNull();
});

test("a row holds a figure to the last digit, whatever zeros stand behind it", () => {
  const amount = { name: "amount", kind: "money", money: { amount: "12.50", currency: "USD" } } as const;
  expect(holds(amount, money("-12.5"))).toBe(true);
  expect(holds(amount, money("12.51"))).toBe(false);
  expect(holds(amount, money("12.50", "EUR"))).toBe(false);
  expect(holds({ name: "price", kind: "money", money: { amount: "105.2500", currency: "USD" } }, money("105.25"))).toBe(true);
  expect(holds({ name: "profile", kind: "number", value: "7" }, { kind: "count", value: "7", currency: null })).toBe(true);
  expect(holds({ name: "until", kind: "time", value: "2027-11-27T10:00:00Z" }, { kind: "date", value: "2027-11-27", currency: null })).toBe(true);
  expect(holds({ name: "r", kind: "percent", value: "0.05" }, { kind: "percent", value: "0.05000000", currency: null })).toBe(true);
});

test("a profile and a price are told by their facts", () => {
  const none = { ledger: null, price: null, profile: null, identity_check: null, decision: null };
  const price = {
    symbol: "VTI", price: "105.2500", currency: "USD", day: "2026-11-25", kind: "quote", provider: "feed", at: null, received_at: null, data_hash: null,
  };
  const row: Row = { kind: "cited", cited: { source: "price", ref: "VTI@2026-11-25", ...none, price } };
  expect(factsOf(row).map((one) => one.name)).toEqual(["symbol", "price", "day", "provider"]);
  expect(factsOf({ kind: "cited", cited: { source: "price", ref: "x", ...none } })).toEqual([]);
});
