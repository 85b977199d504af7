import { NOTHING_YET, withEvent } from "@/features/chat/answer";
import { answerOf } from "@/features/chat/model";
import type { StoredTurn } from "@/features/chat/queries";

const TURN = "0".repeat(26);
const MADE = { badge: "remote", model: "far-1", lang: "de", disclaimer: "Kein Rat.", reason: null };

const stored = (more: Partial<StoredTurn>): StoredTurn => ({
  turn_id: TURN, client_message_id: "m-12345678", message_id: `${TURN}.a`, at: "2026-11-27T00:00:00Z", ended_at: "2026-11-27T00:00:01Z",
  open: false, finish: "complete", locale: "de", text: "Wie viel?", answer: "", citations: [], results: [], proposals: [], made: MADE, ...more,
});

test.each(["embedded", "remote", "degraded"])("a stored answer shows what the running one showed: %s", (badge) => {
  const made = { ...MADE, badge };
  const meta = { id: `${TURN}:0`, name: "meta", data: JSON.stringify(made) };
  const done = { id: `${TURN}:1`, name: "done", data: JSON.stringify({ finish: "complete" }) };
  const live = withEvent(withEvent(NOTHING_YET, meta).answer, done).answer;
  expect({ ...answerOf(stored({ made })), seq: live.seq }).toEqual(live);
});

test("why nobody outside was asked is kept as it was told", () => {
  const made = { ...MADE, badge: "embedded", reason: "budget" };
  const meta = { id: `${TURN}:0`, name: "meta", data: JSON.stringify(made) };
  expect(withEvent(NOTHING_YET, meta).answer.reason).toBe("budget");
  expect(answerOf(stored({ made })).reason).toBe("budget");
});

test("an answer kept before it was noted says only whether it was a fallback", () => {
  expect(answerOf(stored({ made: null }))).toMatchObject({ badge: null, model: "", lang: null, disclaimer: null });
  expect(answerOf(stored({ made: null, finish: "degraded" })).badge).toBe("degraded");
});

test("a fallback that was stopped or asked back is still shown as one", () => {
  const made = { ...MADE, badge: "degraded" };
  expect(answerOf(stored({ made, finish: "stopped" })).badge).toBe("degraded");
  expect(answerOf(stored({ made, finish: "clarify" })).badge).toBe("degraded");
});
