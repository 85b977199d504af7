import {
  amountOrZero, basisPoints, doneCount, firstOpen, fromOverview, toProfile, wholeNumber,
} from "@/features/onboarding/model";
import type { ProfileValues } from "@/features/onboarding/model";

const values: ProfileValues = {
  legal_name: " Amina Diallo ",
  birth_date: "1994-05-17",
  country: "PT",
  address: "Rua das Flores 12",
  document_number: "ab1234567",
  income_stability: "stable",
  dependants: "1",
  horizon_years: "12",
  highest_debt_rate: "7,5",
  monthly_income: "1,800",
  monthly_spending: "1200",
  liquid_reserve: "9000",
  monthly_debt_payment: "0",
  net_worth: "30000",
  invested: "0.00",
};

test("toProfile turns typed text into the API's shape", () => {
  const profile = toProfile(values, "en");
  expect(profile.personal).toMatchObject({ legal_name: "Amina Diallo", document_number: "AB1234567" });
  expect(profile.financial).toMatchObject({
    monthly_income: "1800.00", monthly_debt_payment: "0", invested: "0", highest_debt_rate_bps: 750, dependants: 1,
  });
});

test("an overview without facts leaves the form empty but for the usual zeros", () => {
  const found = { steps: [], next_step: null, personal: null, financial: null, answers: {}, accepted_disclosures: null };
  expect(fromOverview(found)).toEqual({ highest_debt_rate: "0", dependants: "0", monthly_debt_payment: "0" });
});

test.each([["0", "0"], ["0.00", "0"], ["12,50", "12.50"], ["x", null], ["-1", null]])("amountOrZero(%s)", (typed, expected) => {
  expect(amountOrZero(typed, "en")).toBe(expected);
});

test.each([["3", 30, 3], ["31", 30, null], ["-1", 30, null], ["1.5", 30, null], ["", 30, null]])(
  "wholeNumber(%s, %s)",
  (typed, max, expected) => {
    expect(wholeNumber(typed, max)).toBe(expected);
  },
);

test.each([["7.5", 750], ["0", 0], ["abc", null]])("basisPoints(%s)", (typed, expected) => {
  expect(basisPoints(typed)).toBe(expected);
});

test("firstOpen finds where to go on", () => {
  const items = [{ item: 1 }, { item: 2 }, { item: 3 }];
  expect(firstOpen(items, {})).toBe(0);
  expect(firstOpen(items, { "1": "a", "3": "b" })).toBe(1);
  expect(firstOpen(items, { "1": "a", "2": "c", "3": "b" })).toBe(3);
});

test("doneCount counts finished steps only", () => {
  expect(doneCount([{ step: "kyc", status: "waiting" }, { step: "profile", status: "done" }])).toBe(1);
});
