import { addressOf, FIRST_SORT, fractionOf, holdingsOf, nextSort, searched, sorted, SORTS, sortOf, sumOf, totalsOf } from "@/features/portfolio/holdings-model";
import { lots, portfolio, position, usd } from "@/testing/portfolio";

const rows = holdingsOf(portfolio, lots.lots);
const keys = (found: readonly { symbol: string }[]) => found.map((row) => row.symbol).join(" ");

test("cost is the sum of the lots, gain is value less cost", () => {
  expect(rows[0]?.cost?.amount).toBe("800.00");
  expect(rows[0]?.gain?.amount).toBe("100.05");
  expect(rows[0]?.gainShare).toBe("0.125062");
  expect(rows[1]?.gain?.amount).toBe("-19.95");
  expect(rows[1]?.gainShare).toBe("-0.166250");
  expect(rows.map((row) => row.lots)).toEqual([2, 1, 1]);
});

test("numbers sort by size, not by letters", () => {
  expect(keys(sorted(rows, { key: "quantity", down: false }, "en"))).toBe("AAA BBB CCC");
  expect(keys(sorted(rows, { key: "quantity", down: true }, "en"))).toBe("CCC BBB AAA");
  expect(keys(sorted(rows, { key: "gain", down: false }, "en"))).toBe("BBB CCC AAA");
  expect(keys(sorted(rows, { key: "name", down: true }, "en"))).toBe("CCC BBB AAA");
});

test("the unknown stands last, up and down", () => {
  const unknown = holdingsOf({ ...portfolio, positions: [position("ZZZ", { price: null, value: null }), ...portfolio.positions] }, lots.lots);
  for (const down of [true, false]) expect(sorted(unknown, { key: "value", down }, "en").at(-1)?.symbol).toBe("ZZZ");
});

test("totals of what is shown are exact, and unknown when one part is", () => {
  expect(totalsOf(rows, "USD")).toMatchObject({ count: 3, value: { amount: "1100.10" }, cost: { amount: "1010.01" }, gain: { amount: "90.09" } });
  expect(totalsOf(searched(rows, "bond"), "USD")).toMatchObject({ count: 1, value: { amount: "100.05" } });
  expect(totalsOf([], "USD").value?.amount).toBe("0.00");
  expect(totalsOf(holdingsOf(portfolio, undefined), "USD").cost).toBeNull();
});

test("thousands of cents add up where floats would not", () => {
  expect(sumOf(Array.from({ length: 1000 }, () => usd("0.10")), "USD")?.amount).toBe("100.00");
  expect(fractionOf(usd("1.00"), usd("3.00"))).toBe("0.333333");
  expect(fractionOf(usd("1.00"), usd("0.00"))).toBeNull();
});

test("search reads every word in name and symbol", () => {
  expect(keys(searched(rows, " GOLD gam "))).toBe("CCC");
  expect(keys(searched(rows, ""))).toBe("AAA BBB CCC");
  expect(searched(rows, "nothing")).toEqual([]);
});

test("the address keeps search and sort", () => {
  for (const key of SORTS) {
    for (const down of [true, false]) {
      expect(sortOf(new URLSearchParams(addressOf("x", { key, down })))).toEqual({ key, down });
    }
  }
  expect(addressOf("", FIRST_SORT)).toBe("");
  expect(sortOf(new URLSearchParams("sort=evil"))).toEqual(FIRST_SORT);
});

test("a column begins with the largest and turns round", () => {
  expect(nextSort(FIRST_SORT, "value")).toEqual({ key: "value", down: false });
  expect(nextSort(FIRST_SORT, "name")).toEqual({ key: "name", down: false });
  expect(nextSort(FIRST_SORT, "gain")).toEqual({ key: "gain", down: true });
});
