import { amountOfUnit } from "@/features/transfers/model";

test("money carries its currency, shares their instrument", () => {
  expect(amountOfUnit("en", { value: "-12.50", unit: "USD", kind: "cash", signed: true })).toBe("-$12.50");
  expect(amountOfUnit("en", { value: "1.250000", unit: "VTI", kind: "holding", signed: true })).toBe("+1.25 VTI");
});
