import { driftWord, marketDays, MAX_SLICES, OTHER, slicesOf } from "@/features/portfolio/model";

test("slices are sorted, unknown and empty ones left out", () => {
  const slices = slicesOf([
    { symbol: "A", weight: "0.2" },
    { symbol: "B", weight: "0.5" },
    { symbol: "C", weight: null },
    { symbol: "D", weight: "0" },
  ]);
  expect(slices.map((slice) => slice.key)).toEqual(["B", "A"]);
});

test("more than six become five and the rest", () => {
  const many = Array.from({ length: 9 }, (_, at) => ({ symbol: `S${at}`, weight: String((at + 1) / 45) }));
  const slices = slicesOf(many);
  expect(slices).toHaveLength(MAX_SLICES);
  expect(slices.at(-1)?.key).toBe(OTHER);
  expect(slices.reduce((sum, slice) => sum + slice.share, 0)).toBeCloseTo(1, 10);
});

test.each([["0.001", "none"], ["0.05", "small"], ["0.4", "large"]])("driftWord(%s)", (drift, word) => {
  expect(driftWord(drift)).toBe(word);
});

test("the prices' market days are the market's own, from first to last", () => {
  expect(marketDays([])).toBeNull();
  expect(marketDays([{ market_date: null }])).toBeNull();
  expect(marketDays([{ market_date: "2024-03-08" }, { market_date: "2024-03-07" }])).toEqual({ from: "2024-03-07", to: "2024-03-08" });
});
