import { heightOf, moved, pathOf, placeOf, scaleOf, ticksOf } from "@/components/line-geometry";

test("gaps stay gaps and a lonely point stays visible", () => {
  const path = pathOf([1, null, 2, null, 3, 4], { low: 0, high: 4 });
  expect(path.match(/M/g)).toHaveLength(3);
  expect(path.match(/h0/g)).toHaveLength(2);
  expect(path.match(/L/g)).toHaveLength(1);
});

test("the scale holds every value, the base and some room", () => {
  const scale = scaleOf([[2, 3, null], [5]], 0);
  expect(scale?.low).toBeLessThan(0);
  expect(scale?.high).toBeGreaterThan(5);
  expect(scaleOf([[null]])).toBeNull();
});

test("a line of equal values lies in the middle", () => {
  const scale = scaleOf([[7, 7]]);
  expect(scale).not.toBeNull();
  expect(scale && heightOf(7, scale)).toBeCloseTo(50, 10);
  expect(ticksOf({ low: 0, high: 100 })).toEqual([92, 50, 8]);
});

test("the first point is at the start, the last at the end", () => {
  expect([placeOf(0, 5), placeOf(4, 5), placeOf(0, 1)]).toEqual([0, 100, 50]);
});

test.each([
  [3, "ArrowRight", 4],
  [3, "ArrowLeft", 2],
  [0, "ArrowLeft", 0],
  [9, "ArrowRight", 9],
  [3, "Home", 0],
  [3, "End", 9],
  [3, "x", null],
])("from %d the key %s leads to %s", (at, key, to) => {
  expect(moved(at, key, 10)).toBe(to);
});
