import {
  chanceWord,
  csvOf,
  draftOf,
  fanOf,
  isChanged,
  MONTHLY_STEPS,
  nearestStep,
  newDraft,
  readDraft,
  TARGET_STEPS,
  whatIf,
  yearsAfter,
  yearsBetween,
} from "@/features/goals/model";
import type { Draft } from "@/features/goals/model";
import { goal, projection } from "@/testing/goals";

const TODAY = "2026-11-24";
const good: Draft = { ...draftOf(goal) };

test("years are counted on the calendar, leap days included", () => {
  expect(yearsAfter(TODAY, 10)).toBe("2036-11-24");
  expect(yearsAfter("2028-02-29", 1)).toBe("2029-02-28");
  expect(yearsBetween(TODAY, "2036-11-24")).toBe(10);
  expect(yearsBetween(TODAY, "2036-11-23")).toBe(9);
  expect(yearsBetween(TODAY, "1999-01-01")).toBe(0);
  expect(yearsBetween(TODAY, "")).toBe(0);
});

test("a slider stands at the step nearest to what was typed", () => {
  expect(MONTHLY_STEPS[nearestStep(MONTHLY_STEPS, "210.40")]).toBe("200");
  expect(TARGET_STEPS[nearestStep(TARGET_STEPS, "99999999")]).toBe("1000000");
  expect(MONTHLY_STEPS[nearestStep(MONTHLY_STEPS, "")]).toBe("0");
});

test("fields become exact amounts; nothing a month and nothing to begin with are amounts too", () => {
  expect(readDraft(good, "USD", TODAY, "en")).toEqual({
    wanted: 80,
    wish: { name: "House", currency: "USD", target: "60000.00", due: "2040-01-15", monthly: "200.00", start: "5000.00", profile: null },
  });
  expect(readDraft({ ...good, monthly: "0", start: "0" }, "USD", TODAY, "en")).toMatchObject({ wish: { monthly: "0", start: "0" } });
  expect(readDraft({ ...good, everything: true, start: "x" }, "USD", TODAY, "en")).toMatchObject({ wish: { start: null } });
});

test.each<[Partial<Draft>, string, string]>([
  [{ name: " " }, "name", "nameEmpty"],
  [{ target: "0" }, "target", "notPositive"],
  [{ target: "1.001" }, "target", "tooManyDecimals"],
  [{ monthly: "-5" }, "monthly", "notPositive"],
  [{ monthly: "abc" }, "monthly", "notANumber"],
  [{ start: "" }, "start", "empty"],
  [{ due: "" }, "due", "dateEmpty"],
  [{ due: TODAY }, "due", "dateInPast"],
  [{ due: "2090-01-01" }, "due", "dateTooFar"],
  [{ wanted: "40" }, "wanted", "wantedRange"],
  [{ wanted: "99" }, "wanted", "wantedRange"],
  [{ wanted: "8" }, "wanted", "wantedRange"],
])("%j is told at its field", (change, field, problem) => {
  expect(readDraft({ ...good, ...change }, "USD", TODAY, "en")).toEqual({ problems: { [field]: problem } });
});

test("the question leaves the name out and keeps the seed of the goal", () => {
  const read = readDraft(good, "USD", TODAY, "en");
  const wish = "wish" in read ? read.wish : null;
  expect(whatIf(wish!, 80, { goal_id: goal.goal_id })).toMatchObject({ name: "-", wanted_percent: 80, goal_id: goal.goal_id });
  expect(whatIf(wish!, 90, { key: "k" })).toMatchObject({ wanted_percent: 90, key: "k" });
});

test("a change is a change of the wish, not of its spelling", () => {
  const wishOf = (change: Partial<Draft>) => (readDraft({ ...good, ...change }, "USD", TODAY, "en") as { wish: Parameters<typeof isChanged>[1] }).wish;
  expect(isChanged(goal, wishOf({}))).toBe(false);
  expect(isChanged(goal, wishOf({ monthly: "200.00" }))).toBe(false);
  expect(isChanged({ ...goal, start: null }, wishOf({ everything: true }))).toBe(false);
  expect(isChanged(goal, wishOf({ everything: true }))).toBe(true);
  expect(isChanged(goal, wishOf({ monthly: "200.01" }))).toBe(true);
  expect(isChanged(goal, wishOf({ name: "Boat" }))).toBe(true);
  expect(isChanged(goal, wishOf({ due: "2041-01-15" }))).toBe(true);
});

test("a new plan can be projected at once", () => {
  expect(readDraft({ ...newDraft(TODAY), name: "-" }, "USD", TODAY, "en")).toHaveProperty("wish");
});

test("the fan stays in its box, its edges in order, the target inside", () => {
  const fan = fanOf(projection);
  const spots = fan.band.split(" ").map((spot) => spot.split(",").map(Number));
  expect(spots).toHaveLength(2 * projection.points.length);
  for (const [x, y] of spots as [number, number][]) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(100);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(100);
  }
  expect(fan.up(projection.target.amount_minor)).toBe(fan.target);
  expect(fanOf({ ...projection, target: { ...projection.target, amount_minor: 10 ** 10 } }).target).toBeCloseTo(100 - 100 / 1.06);
});

test("the file has the API's own digits, a row for each point", () => {
  const lines = csvOf(projection).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + projection.points.length);
  expect(lines[0]).toBe("month,day,low_p10,middle_p50,high_p90,paid_in,currency");
  expect(lines.at(-1)).toBe("157,2039-12-24,33000.05,52000.10,80000.99,36400.00,USD");
});

test("a chance has a word beside its count", () => {
  expect([0.8, 0.5, 0.1].map(chanceWord)).toEqual(["good", "open", "poor"]);
});
