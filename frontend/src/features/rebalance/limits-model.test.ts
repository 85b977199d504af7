import { bodyOf, clashOf, faultsOf, formOf, isSound, percentOf, shareOf } from "@/features/rebalance/limits-model";
import type { Limits } from "@/features/rebalance/queries";

const none: Limits = { whole_shares: false, limits: [], groups: [], most_turnover: null, most_fees: null, most_gain: null, lot_method: "fifo", changed_at: null };

test.each([
  ["25", "0.25"],
  ["14.1", "0.141"],
  ["0,5", "0.005"],
  ["100", "1"],
  ["0", "0"],
  ["7", "0.07"],
])("%s percent is %s and back", (percent, share) => {
  expect(shareOf(percent)).toBe(share);
  expect(percentOf(share)).toBe(percent.replace(",", "."));
});

test.each(["", "101", "-1", "a", "1.23456", "1e2"])("%s is not a percentage", (text) => {
  expect(shareOf(text)).toBeNull();
});

test("what is sent and what comes back make the same form", () => {
  const form = { whole: true, rows: [{ key: 0, symbol: "GLD", least: "", most: "0" }], turnover: "20", fees: "5", gain: "" };
  const body = bodyOf(form, none, "USD");
  expect(body).toMatchObject({ whole_shares: true, limits: [{ symbol: "GLD", at_least: "0", at_most: "0" }], most_turnover: "0.2", most_fees: { amount: "5", currency: "USD" }, most_gain: null });
  const found: Limits = { ...none, whole_shares: true, limits: [{ symbol: "GLD", at_least: "0", at_most: "0" }], most_turnover: "0.2", most_fees: { amount: "5.00", amount_minor: 500, currency: "USD" } };
  expect(formOf(found)).toEqual({ ...form, fees: "5.00" });
});

test("a row without a symbol, twice the same, or with nonsense is at fault", () => {
  const row = (key: number, symbol: string, most = "") => ({ key, symbol, least: "", most });
  const form = { whole: false, rows: [row(0, ""), row(1, "A"), row(2, "A"), row(3, "B", "x"), row(4, "C", "10")], turnover: "", fees: "-1", gain: "" };
  const faults = faultsOf(form);
  expect([...faults.rows]).toEqual([0, 1, 2, 3]);
  expect(faults.fees).toBe(true);
  expect(isSound(faults)).toBe(false);
});

test("only a clash has a clash", () => {
  expect(clashOf({})).toBeNull();
  expect(clashOf({ conflict: [], nearest: [] })).toEqual({ conflict: [], nearest: [] });
});
