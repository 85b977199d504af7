import { barsOf, effectShare, MAX_REASONS, strongest } from "@/features/advice/model";

const effects = [0.01, -0.3, 0.2, 0.05, -0.02, 0.001].map((effect, at) => ({ code: `c${at}`, effect }));

test("the strongest reasons come first and keep their signs", () => {
  const top = strongest(effects);
  expect(top).toHaveLength(MAX_REASONS);
  expect(top[0]).toEqual({ code: "c1", effect: -0.3 });
});

test("bars start at the middle and never leave the track", () => {
  for (const bar of barsOf(effects)) {
    expect(bar.start).toBeGreaterThanOrEqual(0);
    expect(bar.start + bar.width).toBeLessThanOrEqual(100);
    expect(bar.effect >= 0 ? bar.start : bar.start + bar.width).toBeCloseTo(50, 10);
  }
});

test("no effect draws no bar", () => {
  expect(barsOf([{ code: "a", effect: 0 }])[0]?.width).toBe(0);
});

test("log points become a share", () => {
  expect(effectShare(0)).toBe(0);
  expect(effectShare(Math.log(1.1))).toBeCloseTo(0.1, 10);
});
