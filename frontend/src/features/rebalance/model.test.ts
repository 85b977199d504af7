import { cashWord, countsOf, inOrder, millisecondsUntil, planIdOf, pollOf, stageOf } from "@/features/rebalance/model";
import { plan } from "@/testing/plans";

test("a preview is open, then over; without trades there is nothing to do", () => {
  expect(stageOf(plan, false)).toBe("open");
  expect(stageOf(plan, true)).toBe("over");
  const idle = { ...plan, orders: plan.orders.filter((line) => line.action === "skip") };
  expect(stageOf(idle, true)).toBe("nothing");
});

test.each(["executing", "filled", "held", "cancelled"] as const)("a plan that is %s stays so, expired or not", (state) => {
  expect(stageOf({ ...plan, state }, true)).toBe(state);
});

test("asks again only while something is still to happen", () => {
  expect([pollOf(undefined), pollOf("previewed"), pollOf("filled"), pollOf("cancelled")]).toEqual([false, false, false, false]);
  expect(pollOf("executing")).toBeLessThan(pollOf("held") as number);
});

test("sales stand first, then purchases, then what is left alone", () => {
  expect(inOrder(plan.orders).map((line) => line.action)).toEqual(["sell", "buy", "skip"]);
  expect(countsOf(plan.orders)).toEqual({ sell: 1, buy: 1, skip: 1 });
});

test("cash comes first in words", () => {
  expect(cashWord({ sell: 0, buy: 2, skip: 0 }, ["cash"])).toBe("cashOnly");
  expect(cashWord({ sell: 1, buy: 2, skip: 0 }, ["cash", "band"])).toBe("cashFirst");
  expect(cashWord({ sell: 1, buy: 2, skip: 0 }, ["band"])).toBe("noCash");
});

test("only an id of the API is taken from the address", () => {
  expect(planIdOf(new URLSearchParams("plan=01hzzzzzzzzzzzzzzzzz"))).toBe("01hzzzzzzzzzzzzzzzzz");
  for (const bad of ["", "plan=", "plan=../x", "plan=01HZZZZZZZZZZZZZZZZZ"]) expect(planIdOf(new URLSearchParams(bad))).toBeNull();
});

test("the past is no waiting", () => {
  expect(millisecondsUntil("2026-01-01T00:00:00Z", Date.parse("2026-01-02T00:00:00Z"))).toBe(0);
  expect(millisecondsUntil("2026-01-01T00:00:01Z", Date.parse("2026-01-01T00:00:00Z"))).toBe(1000);
});
