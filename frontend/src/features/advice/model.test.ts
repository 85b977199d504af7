import { effectShare, isStale, OTHER, readWhatIf, slicesOf, topReasons, TOP, waterfallOf } from "@/features/advice/model";

const contributions = [0.18672025087563354, 0.08775883821465216, -0.08199153967935817, -0.04183957311003959, 0.004065036857543067, 0.00002086].map(
  (effect, at) => ({ code: `c${at}`, effect }),
);
const base = -2.4153580564009274;
const total = base + contributions.reduce((sum, { effect }) => sum + effect, 0);

test("raw bars and base add up to the output, and so do the shown numbers", () => {
  const found = waterfallOf({ base, total, contributions });
  const raw = found.steps.reduce((sum, { effect }) => sum + effect, base);
  expect(Math.abs(raw - total)).toBeLessThan(1e-5);
  const units = (value: number) => Math.round(value * 10_000);
  expect(found.steps.reduce((sum, { shown }) => sum + units(shown), units(found.base))).toBe(units(found.total));
  expect(Math.abs(found.total - total)).toBeLessThanOrEqual(0.00005);
});

test("no shown number has another sign than its bar, and no bar leaves the track", () => {
  for (const step of waterfallOf({ base, total, contributions }).steps) {
    expect(step.shown * step.effect).toBeGreaterThanOrEqual(0);
    expect(step.start).toBeGreaterThanOrEqual(0);
    expect(step.start + step.width).toBeLessThanOrEqual(100 + 1e-9);
  }
});

test("each bar begins where the one before ended", () => {
  const { steps, baseAt, totalAt } = waterfallOf({ base, total, contributions });
  let at = baseAt;
  for (const { effect, start, width } of steps) {
    expect(effect >= 0 ? start : start + width).toBeCloseTo(at, 8);
    at = effect >= 0 ? start + width : start;
  }
  expect(at).toBeCloseTo(totalAt, 8);
});

test("no effect draws no bar", () => {
  expect(waterfallOf({ base, total: base, contributions: [{ code: "a", effect: 0 }] }).steps[0]?.width).toBe(0);
});

test("sentences are the API's three largest effects, other reasons are not among them", () => {
  const told = topReasons([
    { code: "profile", values: {} },
    ...[0.3, -0.2, 0.1, 0.05].map((effect, at) => ({ code: `risk_c${at}`, values: { effect: String(effect), direction: effect > 0 ? "raises" : "lowers" } })),
  ]);
  expect(told).toHaveLength(TOP);
  expect(told.map(({ code, direction }) => `${code} ${direction}`)).toEqual(["c0 raises", "c1 lowers", "c2 raises"]);
});

test("log points become a share", () => {
  expect(effectShare(0)).toBe(0);
  expect(effectShare(Math.log(1.1))).toBeCloseTo(0.1, 10);
});

test("a ring names at most six, and the whole stays one", () => {
  const targets = Array.from({ length: 14 }, (_, at) => ({ symbol: `S${at}`, weight: String((at + 1) / 105) }));
  const slices = slicesOf(targets);
  expect(slices).toHaveLength(6);
  expect(slices.at(-1)?.key).toBe(OTHER);
  expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
  expect(slicesOf(targets.slice(0, 6)).some(({ key }) => key === OTHER)).toBe(false);
});

test("prices of more than a week before the advice are stale", () => {
  expect(isStale("2026-11-19", "2026-11-26T23:00:00Z")).toBe(false);
  expect(isStale("2026-11-18", "2026-11-26T23:00:00Z")).toBe(true);
});

test("a what-if is read whole or says what is wrong with it", () => {
  expect(readWhatIf({ amount: "1,000.50", monthly: "", years: "7" }, "USD", "en")).toEqual({ asked: { amount: "1000.50", currency: "USD", horizon_years: 7 } });
  expect(readWhatIf({ amount: "10", monthly: "25", years: "50" }, "USD", "en")).toEqual({
    asked: { amount: "10.00", monthly: "25.00", currency: "USD", horizon_years: 50 },
  });
  expect(readWhatIf({ amount: "0", monthly: "x", years: "51" }, "USD", "en")).toEqual({
    problems: { amount: "notPositive", monthly: "notANumber", years: "years" },
  });
});
