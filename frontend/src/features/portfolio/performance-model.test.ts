import { addressOf, benchmarkOf, chosenOf, drawable, periodOf, RANGES, reasonOf, shareOf } from "@/features/portfolio/performance-model";
import { performance } from "@/testing/portfolio";

test("the address keeps range and benchmark and nothing unknown", () => {
  for (const range of RANGES) {
    const kept = chosenOf(new URLSearchParams(addressOf({ range, benchmark: "VTI" }).split("?")[1]));
    expect(kept).toEqual({ range, benchmark: "VTI" });
  }
  expect(chosenOf(new URLSearchParams("range=forever"))).toEqual({ range: "max", benchmark: null });
  expect(addressOf({ range: "max", benchmark: null })).toBe("/app/performance");
});

test.each([
  ["today", "2026-03-01"],
  ["week", "2026-02-23"],
  ["month", "2026-01-31"],
  ["ytd", "2026-01-01"],
  ["year", "2025-03-02"],
  ["max", undefined],
] as const)("%s begins on %s", (range, first) => {
  expect(periodOf(range, new Date("2026-03-01T23:30:00Z")).first).toBe(first);
});

test("one point with a return draws nothing, two do", () => {
  const [one, two] = performance.points;
  expect(drawable(one ? [one] : [])).toBe(false);
  expect(drawable(one && two ? [one, { ...two, growth: null }] : [])).toBe(false);
  expect(drawable(performance.points)).toBe(true);
});

test("each figure shows the API's number, or its reason", () => {
  expect(shareOf(performance, "time_weighted")).toBe(performance.measures[0]?.value);
  expect(shareOf(performance, "gross")).toBe(performance.gross.value);
  expect(shareOf(performance, "drawdown")).toBe(performance.drawdown?.depth);
  expect(benchmarkOf(performance, "simple")?.value).toBe(performance.benchmark?.measures[2]?.value);
  expect(benchmarkOf(performance, "fees")).toBeNull();
  expect(reasonOf(performance, "time_weighted")).toBeNull();
  const gone = { ...performance, gain: null, drawdown: null, measures: performance.measures.map((one) => ({ ...one, value: null, reason: "no_price" as const })) };
  expect([reasonOf(gone, "simple"), reasonOf(gone, "drawdown"), reasonOf(gone, "gain")]).toEqual(["no_price", "no_price", "no_price"]);
  expect(reasonOf({ ...gone, missing_rates: ["NGN"] }, "gain")).toBe("no_rate");
  expect(reasonOf({ ...gone, fees: null, missing_rates: ["NGN"] }, "fees")).toBe("no_rate");
});
