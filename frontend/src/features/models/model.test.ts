import { axisTop, barEnd, barPercent, csvOf, driftRows, historyOf, mayChange, metricRows, piecesOf, standingOf, stoppedShare } from "@/features/models/model";
import type { Day } from "@/features/models/model";
import { change, report } from "@/testing/models";

const day = (text: string, psi: number | null): Day => ({ day: text, psi, alerts: null, precision: null });

test("only data scientists and administrators change anything", () => {
  expect([["data_scientist"], ["admin"], ["fraud_analyst"], [], undefined].map(mayChange)).toEqual([true, true, false, false, false]);
});

test("a change nobody decided in time is over, a decided one stays what it is", () => {
  const end = Date.parse(change.expires_at);
  expect(standingOf(change, end - 1)).toBe("asked");
  expect(standingOf(change, end)).toBe("expired");
  expect(standingOf({ ...change, state: "done" }, end + 1)).toBe("done");
});

test("an interval stands beside its measure; what only one version has is kept", () => {
  expect(metricRows({ auc: 0.9, ap: 0.8, ap_90: [0.7, 0.9] }, { ap: 0.6, brier: 0.1 })).toEqual([
    { name: "auc", here: { value: 0.9, interval: null }, other: { value: null, interval: null } },
    { name: "ap", here: { value: 0.8, interval: [0.7, 0.9] }, other: { value: 0.6, interval: null } },
    { name: "brier", here: { value: null, interval: null }, other: { value: 0.1, interval: null } },
  ]);
  // A broken interval is none, and a measure without a value is not zero.
  expect(metricRows({ ap_90: [0.7] })).toEqual([{ name: "ap", here: { value: null, interval: null }, other: { value: null, interval: null } }]);
});

test("the alert is the server's word, and too few payments judge nothing", () => {
  const rows = driftRows({ ...report, alerts: ["hour"] }, 200);
  expect(rows.map((row) => [row.name, row.judged])).toEqual([["amount", "steady"], ["score", "steady"], ["hour", "alert"]]);
  expect(driftRows({ ...report, scored: 199 }, 200).every((row) => row.judged === "few")).toBe(true);
});

test("bars keep the line in sight and end at five times it", () => {
  expect(barEnd([], 0.2)).toBe(0.4);
  expect(barEnd([{ psi: 0.6 }], 0.2)).toBe(0.6);
  expect(barEnd([{ psi: 40 }], 0.2)).toBe(1);
  expect([barPercent(0.2, 0.4), barPercent(40, 1), barPercent(-1, 1)]).toEqual([50, 100, 0]);
});

test("the alert rate is what did not simply pass; no payment has none", () => {
  expect(stoppedShare(report)).toBe(0.05);
  expect(stoppedShare({ rows: 3, outcomes: { block: 3 } })).toBe(1);
  expect(stoppedShare({ rows: 0, outcomes: {} })).toBeNull();
});

test("what was not measured on a day is a gap, never 0", () => {
  const early = { ...report, day: "2026-11-23", scored: 10, columns: [], alerts: [], labelled: { rows: 0, frauds: 0 } };
  expect(historyOf([report, early], 200)).toEqual([
    { day: "2026-11-23", psi: null, alerts: null, precision: null },
    { day: "2026-11-24", psi: 0.31415926, alerts: 1, precision: 0.71234 },
  ]);
});

test("the line breaks at a missing day and at a missing value, over true distances", () => {
  const days = [day("2026-11-01", 0.1), day("2026-11-02", 0.2), day("2026-11-05", 0.4), day("2026-11-06", null), day("2026-11-07", 0)];
  const pieces = piecesOf(days, "psi", 0.4);
  expect(pieces.map((piece) => piece.map((dot) => dot.value))).toEqual([[0.1, 0.2], [0.4], [0]]);
  const xs = pieces.flat().map((dot) => dot.x);
  expect((xs[2] ?? 0) - (xs[1] ?? 0)).toBeCloseTo(3 * ((xs[1] ?? 0) - (xs[0] ?? 0)));
  expect(pieces.flat().map((dot) => dot.y)).toEqual([159, 110, 12, 208]);
  expect(piecesOf([], "psi", 1)).toEqual([]);
  expect(piecesOf([day("2026-11-01", 9)], "psi", 1)[0]?.[0]).toMatchObject({ x: 8, y: 12 });
});

test("the axis begins at zero and keeps the alert line below its top", () => {
  expect(axisTop([day("2026-11-01", 0.1)], "psi", 0.2)).toBe(0.4);
  expect(axisTop([day("2026-11-01", 3)], "psi", 0.2)).toBe(3);
  expect(axisTop([day("2026-11-01", 3)], "precision", 0.2)).toBe(1);
  expect(axisTop([day("2026-11-01", 3)], "alerts", 0.2)).toBe(1);
});

test("a file holds the figures as they came, quoted where needed", () => {
  expect(csvOf(["a", "b"], [['say "x", y', 0.1], [null, 0.8653324603079933]])).toBe('a,b\r\n"say ""x"", y",0.1\r\n,0.8653324603079933\r\n');
});
