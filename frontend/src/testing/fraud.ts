// A held transfer and everything the desk knows about it, invented.
import type { Schemas } from "@/testing/server";

const money = (amount: string) => ({ amount, amount_minor: Math.round(Number(amount) * 100), currency: "USD" });

export const heldCase: Schemas["FraudCaseOut"] = {
  case_id: "case-01hzzzzzzzzzzzzzzzzzzzzzz1", case_kind: "payment", movement_id: "01hzzzzzzzzzzzzzzzzzzzzzz2",
  user_id: "0123456789abcdefghjk", payee_id: "0123456789abcdefghjm", decision_id: "01hzzzzzzzzzzzzzzzzzzzzzz3",
  state: "open", amount: money("4200.00"), kind: "transfer", probability: 0.62, expected_loss: money("2604.00"),
  reasons: [{ code: "model", sentence: "The amount: 4200; raises the score.", contribution: 2.5 }],
  opened_at: "2026-11-24T12:00:00Z", due_at: "2026-11-24T16:00:00Z", breached: false, escalated: false, needs_second: false,
  lock: null, proposal: null, customer_answer: null, customer_answered_at: null, links: [], members: [],
  decided_at: null, analyst_id: null, second_id: null, note: "",
};

export const ANALYST = "0123456789abcdefgana";
export const mineLock = { analyst_id: ANALYST, claimed_at: "2026-11-24T12:05:00Z", until: "2026-11-24T12:20:00Z", mine: true };

export const explanation: Schemas["ExplanationOut"] = {
  decision_id: "01hzzzzzzzzzzzzzzzzzzzzzz3", outcome: "hold", probability: 0.62, anomaly: 0.97, degraded: false,
  model_version: "m-7", rules_version: "r-2", fired: [{ code: "new_payee", sentence: "First payment to this payee.", contribution: null }],
  contributions: [
    { feature: "hour", value: 3, contribution: -0.5, sentence: "The time of day (UTC): 3; lowers the score." },
    { feature: "amount", value: 4200, contribution: 2.5, sentence: "The amount: 4200; raises the score." },
  ],
  check: { base: -1.5, total: 0.5, log_odds: 0.5, difference: 0, holds: true },
  normal: {
    payments_120d: 14, payments_30d: 4, payments_1h: 0, amount_minor: 420000, median_minor: 5000, p90_minor: 12000,
    maximum_minor: 20000, amount_percentile: 100, hour_utc: 3, share_at_this_hour: 0, payees_120d: 5,
    paid_this_payee_before: 0, days_since_last: 6.25, sentences: [],
  },
};

export const wouldPass: Schemas["WouldPassOut"] = {
  checked_at: "2026-11-24T12:06:00Z", outcome_now: "hold", tries: 9, sentence: "",
  changes: [{ kind: "amount", sentence: "", amount: money("180.00"), payee_id: null, wait_until: null, needs_code: true, probability_after: 0.01 }],
};

export const similar: Schemas["SimilarCaseOut"][] = [
  { case_id: "case-01hzzzzzzzzzzzzzzzzzzzzz99", state: "rejected", distance: 0.4, amount: money("3900.00"), probability: 0.7, decided_at: "2026-11-20T10:00:00Z", note: "Customer denied by phone" },
];

export const timeline: Schemas["FraudCaseEntryOut"][] = [
  { entry_id: "e1", at: "2026-11-24T12:00:00Z", actor: "system", action: "opened", text: "" },
];

const at = "2026-11-24T11:00:00Z";
const users = ["u1", "u2", "u3", "u4", "u5", "u6"];

/** Six accounts on two devices who pass money along a chain. */
export const ringGraph: Schemas["LinkGraphOut"] = {
  nodes: [
    ...users.map((node_id) => ({ node_id, kind: "user" as const, focus: true, open_cases: 1 })),
    ...["device:a", "device:b"].map((node_id) => ({ node_id, kind: "device" as const, focus: false, open_cases: 0 })),
  ],
  edges: [
    ...users.map((source, i) => ({ source, target: i < 3 ? "device:a" : "device:b", kind: "device" as const, count: 2, amount_minor: 0, first_at: at, last_at: at })),
    ...users.slice(1).map((target, i) => ({ source: users[i] ?? "", target, kind: "paid" as const, count: 1, amount_minor: 45000 - i * 500, first_at: at, last_at: at })),
  ],
  truncated: false,
};
