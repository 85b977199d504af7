import { addressOf, barWidth, DRAWN_MAX, drawingOf, filterOf, namesOf, queryOf, shortened, topReasons } from "@/features/fraud/model";
import { ringGraph } from "@/testing/fraud";

test.each(["/app/fraud", "/app/fraud?show=second", "/app/fraud?kind=ring&mine=1&late=1"])("a filter survives its address: %s", (address) => {
  expect(addressOf(filterOf(new URLSearchParams(address.split("?")[1] ?? "")))).toBe(address);
});

test("what the address cannot mean is the plain queue", () => {
  const filter = filterOf(new URLSearchParams("show=nonsense&kind=1&mine=yes"));
  expect(addressOf(filter)).toBe("/app/fraud");
  expect(queryOf(filter)).toEqual({ state: undefined, kind: null, mine: false, breached: false, limit: 50 });
});

test("the strongest reasons come first and the rest is summed, whatever its sign", () => {
  const reasons = [-0.5, 2, 0.25, -3].map((contribution) => ({ contribution }));
  expect(topReasons(reasons, 2)).toEqual({ top: [{ contribution: -3 }, { contribution: 2 }], rest: -0.25, others: 2 });
  expect(barWidth(-3, [-3, 2])).toBe(100);
  expect(barWidth(0, [0])).toBe(0);
});

test("a ring of six is drawn whole, every mark inside the picture and on a spot of its own", () => {
  const drawing = drawingOf(ringGraph);
  expect(drawing.spots).toHaveLength(8);
  expect(drawing.ties).toHaveLength(11);
  expect(drawing.hidden).toBe(0);
  expect(new Set(drawing.spots.map(({ x, y }) => `${x} ${y}`)).size).toBe(8);
  for (const { x, y } of drawing.spots) {
    expect(Math.min(x, y)).toBeGreaterThan(16);
    expect(Math.max(x, y)).toBeLessThan(drawing.size - 16);
  }
  expect([...namesOf(ringGraph).values()]).toEqual(["A1", "A2", "A3", "A4", "A5", "A6", "D1", "D2"]);
});

test("of a thousand accounts the drawing shows the people of the case and the best tied", () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => ({ node_id: `u${i}`, kind: "user" as const, focus: i === 999, open_cases: 0 }));
  const drawing = drawingOf({ nodes, edges: [], truncated: true });
  expect(drawing.spots).toHaveLength(DRAWN_MAX);
  expect(drawing.spots[0]?.node_id).toBe("u999");
  expect(drawing.hidden).toBe(1000 - DRAWN_MAX);
});

test("a tie ends before the mark it points to", () => {
  const [tie] = drawingOf(ringGraph).ties;
  if (tie === undefined) throw new Error("no tie");
  const line = shortened(tie, 18);
  expect(Math.hypot(line.x1 - tie.from.x, line.y1 - tie.from.y)).toBeCloseTo(18);
});
