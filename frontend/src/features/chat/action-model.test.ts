import { changedAction, clockOf, drafted, shownOf, standOf } from "@/features/chat/action-model";
import type { Evidence, Proposal } from "@/features/chat/answer";
import { ApiError } from "@/lib/api/problem";

const evidence = { id: "v1", kind: "money", value: "50.00", currency: "USD" } as Evidence;
const proposal: Proposal = {
  action: "a".repeat(20), kind: "deposit", parameters: { amount: "50.00", currency: "USD" }, preview: { amount: "v1", fee: "", name: "plain" },
  evidence: [evidence], suitability: { ok: true, reasons: ["verified"] }, expires_at: "2026-11-27T00:10:00Z", step_up: true,
};

test("the card shows what would happen, and terms only where nothing else tells them", () => {
  const shown = shownOf(drafted(proposal));
  expect(shown.map((one) => one.name)).toEqual(["amount", "name"]);
  expect(shown[0]?.evidence).toBe(evidence);
  expect(shown[1]).toEqual({ name: "name", value: "plain", evidence: null });
});

test("a draft whose time is over cannot be confirmed; an end stays an end", () => {
  const action = drafted(proposal);
  const end = Date.parse(proposal.expires_at);
  expect(standOf(action, end - 1)).toBe("proposed");
  expect(standOf(action, end)).toBe("expired");
  expect(standOf({ ...action, state: "executed" }, end)).toBe("executed");
  expect([clockOf(545_000), clockOf(59_001), clockOf(-5)]).toEqual(["9:05", "1:00", "0:00"]);
});

test("only a changed preview brings a new card", () => {
  const action = drafted(proposal);
  expect(changedAction(new ApiError("action_changed", 409, "", null, null, { action }))).toBe(action);
  expect(changedAction(new ApiError("action_changed", 409, "", null, null, { action: "chat_action" }))).toBeNull();
  expect(changedAction(new ApiError("action_closed", 409, "", null, null, { action }))).toBeNull();
});
