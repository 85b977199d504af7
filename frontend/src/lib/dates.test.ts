import { formatDay } from "@/lib/dates";

test("a calendar day is never shifted by the zone of the reader", () => {
  expect(formatDay("en", "2026-11-24")).toBe("Nov 24, 2026");
});
