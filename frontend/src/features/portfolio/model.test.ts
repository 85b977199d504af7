import { furthest, gapOf, marketDays } from "@/features/portfolio/model";

const line = (symbol: string | null, weight: string, target: string) => ({ symbol, name: symbol ?? "", weight, target, outside: false });

describe("distance from the plan", () => {
  test("is told in points, above the plan is positive", () => {
    expect(gapOf(line("AAA", "0.331000", "0.3000"))).toBeCloseTo(3.1, 9);
    expect(gapOf(line("AAA", "0", "0.3000"))).toBeCloseTo(-30, 9);
  });

  test("names the investment that lies furthest off, either way; cash is no investment", () => {
    const lines = [line("AAA", "0.30", "0.29"), line("BBB", "0.10", "0.15"), line(null, "0.60", "0.56")];
    expect(furthest(lines)?.symbol).toBe("BBB");
    expect(furthest([...lines].reverse())?.symbol).toBe("BBB");
    expect(furthest([line("AAA", "0.3004", "0.30"), line(null, "0.6996", "0.70")])).toBeNull();
    expect(furthest([])).toBeNull();
  });
});

test("the prices' market days are the market's own, from first to last", () => {
  expect(marketDays([])).toBeNull();
  expect(marketDays([{ market_date: null }])).toBeNull();
  expect(marketDays([{ market_date: "2024-03-08" }, { market_date: "2024-03-07" }])).toEqual({ from: "2024-03-07", to: "2024-03-08" });
});
