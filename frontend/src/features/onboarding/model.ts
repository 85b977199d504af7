// Pure logic of onboarding: what comes next, form values to the API's shape and back.
import type { FactQuestions, KycDecisionIn, KycReviewItem, Onboarding, ProfileIn } from "@/features/onboarding/queries";
import { readAmount } from "@/lib/money";

export const CURRENCY = "USD";
export const MONEY_FIELDS = [
  "monthly_income", "monthly_spending", "liquid_reserve", "monthly_debt_payment", "net_worth", "invested",
] as const;
export type MoneyField = (typeof MONEY_FIELDS)[number];

export type ProfileValues = {
  legal_name: string;
  birth_date: string;
  country: string;
  address: string;
  document_number: string;
  income_stability: "none" | "variable" | "stable";
  dependants: string;
  horizon_years: string;
  highest_debt_rate: string;
} & Record<MoneyField, string>;

/** An amount that may be zero: decimal text, or null when it cannot be read. */
export function amountOrZero(typed: string, locale: string): string | null {
  if (/^[0٠०]+([.,][0٠०]*)?$/.test(typed.trim())) return "0";
  const read = readAmount(typed, CURRENCY, locale);
  return "amount" in read ? read.amount : null;
}

export function wholeNumber(typed: string, max: number): number | null {
  const text = typed.trim();
  if (!/^\d{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}

/** Percent as typed ("7.5") in basis points, or null. */
export function basisPoints(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  return /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : null;
}

export function toProfile(values: ProfileValues, locale: string): ProfileIn {
  const money = Object.fromEntries(MONEY_FIELDS.map((field) => [field, amountOrZero(values[field], locale) ?? "0"]));
  return {
    personal: {
      legal_name: values.legal_name.trim(),
      birth_date: values.birth_date,
      country: values.country,
      address: values.address.trim(),
      document_number: values.document_number.trim().toUpperCase(),
    },
    financial: {
      ...(money as Record<MoneyField, string>),
      currency: CURRENCY,
      highest_debt_rate_bps: basisPoints(values.highest_debt_rate) ?? 0,
      income_stability: values.income_stability,
      dependants: wholeNumber(values.dependants, 30) ?? 0,
      horizon_years: wholeNumber(values.horizon_years, 60) ?? 0,
    },
  };
}

export function fromOverview(found: Onboarding): Partial<ProfileValues> {
  const { personal, financial } = found;
  const facts: Partial<ProfileValues> = personal === null ? {} : { ...personal };
  if (financial === null) return { ...facts, highest_debt_rate: "0", dependants: "0", monthly_debt_payment: "0" };
  for (const field of MONEY_FIELDS) facts[field] = financial[field].amount;
  return {
    ...facts,
    income_stability: financial.income_stability,
    dependants: String(financial.dependants),
    horizon_years: String(financial.horizon_years),
    highest_debt_rate: String(financial.highest_debt_rate_bps / 100),
  };
}

/** Position of the first item without an answer; the number of items when all are answered. */
export function firstOpen(items: readonly { item: number }[], answers: Record<string, string>): number {
  const open = items.findIndex(({ item }) => answers[String(item)] === undefined);
  return open < 0 ? items.length : open;
}

/** Position of the first question of fact that is open or wrong and not explained; else the first. */
export function firstUnsettled(items: readonly { grade: FactQuestions["items"][number]["grade"] }[]): number {
  return Math.max(0, items.findIndex(({ grade }) => grade === "open" || grade === "wrong"));
}

export function isSettled(tested: Pick<FactQuestions, "open" | "unexplained">): boolean {
  return tested.open === 0 && tested.unexplained === 0;
}

/** A profile exists, also one that is out of date. */
export function hasProfile(steps: Onboarding["steps"]): boolean {
  return steps.some(({ step, status }) => step === "risk_profile" && (status === "done" || status === "needs_attention"));
}

export function doneCount(steps: Onboarding["steps"]): number {
  return steps.filter((step) => step.status === "done").length;
}

/** How far a case is under the two-person rule: a key of the desk's words. */
export function secondPersonProgress(row: KycReviewItem): "one" | "needsTwo" | "waiting" | "mine" {
  if (row.proposed_decision !== null) return row.proposed_by_me ? "mine" : "waiting";
  return row.needs_second_person ? "needsTwo" : "one";
}

/** What a first reviewer proposed; only approvals and rejections are ever proposed. */
export function proposalOf(row: KycReviewItem): "approve" | "reject" | null {
  return row.proposed_decision === "request_resubmission" ? null : row.proposed_decision;
}

/** Whether this decision of this reviewer only waits for a second one. */
export function isOnlyProposal(row: KycReviewItem, decision: KycDecisionIn["decision"]): boolean {
  return row.needs_second_person && decision !== "request_resubmission" && row.proposed_decision !== decision;
}
