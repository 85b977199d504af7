import { CLOSE_RANGES, closesOf } from "@/features/portfolio/model";

const closes = Array.from({ length: 365 }, (_, at) => ({ day: new Date(Date.parse("2024-01-01") + at * 86_400_000).toISOString().slice(0, 10), price: "1.0000" }));

test("a range ends with the newest close, whatever the reader's clock says", () => {
  for (const range of CLOSE_RANGES) expect(closesOf(closes, range).at(-1)).toBe(closes.at(-1));
  expect(closesOf(closes, "month")).toHaveLength(32);
  expect(closesOf(closes, "year")).toHaveLength(365);
  expect(closesOf([], "year")).toEqual([]);
});
