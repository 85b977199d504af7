import { NOTHING_YET, withEvent } from "@/features/chat/answer";
import type { Answer } from "@/features/chat/answer";

const TURN = "0".repeat(26);
const event = (seq: number, name: string, data: object, turn = TURN) => ({ id: `${turn}:${seq}`, name, data: JSON.stringify(data) });
const append = (seq: number, at: number, text: string) => event(seq, "delta", { op: "append", at, text });
const retract = (seq: number, at: number) => event(seq, "delta", { op: "retract", at, text: "" });
const citation = (seq: number, at: number, len: number) =>
  event(seq, "citation", { at, len, evidence: "v1", source: "ledger", ref: "account.USD", href: "/v1/citations/ledger/account.USD" });

function told(...events: ReturnType<typeof event>[]): Answer {
  return events.reduce((answer, one) => {
    const step = withEvent(answer, one);
    expect(step.taken).not.toBe("gap");
    return step.answer;
  }, NOTHING_YET);
}

const META = event(0, "meta", { turn: TURN, lang: "de", badge: "embedded", model: "templates", disclaimer: "Kein Rat." });

test("an answer is built up in the order of its events", () => {
  const answer = told(
    META,
    event(1, "tool_start", { call: "c1", tool: "ledger.cash", arguments: {} }),
    event(2, "tool_result", { call: "c1", ok: true, code: "", card: null, evidence: [] }),
    append(3, 0, "Du hast 5 $."),
    citation(4, 8, 3),
    event(5, "usage", {}),
    event(6, "done", { finish: "complete", message: "m" }),
  );
  expect(answer).toMatchObject({
    turnId: TURN, seq: 6, text: "Du hast 5 $.", badge: "embedded", lang: "de", disclaimer: "Kein Rat.", asking: null, finish: "complete",
  });
  expect(answer.citations).toHaveLength(1);
  expect(answer.results).toHaveLength(1);
});

test("the last event is told as the last, also when it is an error", () => {
  expect(withEvent(NOTHING_YET, event(0, "done", { finish: "stopped" })).taken).toBe("last");
  const { taken, answer } = withEvent(NOTHING_YET, event(0, "error", { code: "engine_failed", retryable: true, retry_after_s: 5 }));
  expect(taken).toBe("last");
  expect(answer.error).toEqual({ code: "engine_failed", retryAfter: 5 });
});

test("an event that comes twice changes nothing", () => {
  const before = told(META, append(1, 0, "Hi"));
  const { answer, taken } = withEvent(before, append(1, 0, "Hi"));
  expect(taken).toBe("again");
  expect(answer).toBe(before);
});

test.each([
  ["one before it is missing", append(3, 2, "!")],
  ["it is of another turn", event(2, "delta", { op: "append", at: 2, text: "!" }, "1".repeat(26))],
  ["its text does not follow", append(2, 7, "!")],
  ["its data is no JSON", { id: `${TURN}:2`, name: "delta", data: "{" }],
  ["it has no number", { id: null, name: "delta", data: "{}" }],
])("an event cannot follow: %s", (_, one) => {
  const before = told(META, append(1, 0, "Hi"));
  const { answer, taken } = withEvent(before, one);
  expect(taken).toBe("gap");
  expect(answer).toBe(before);
});

test("text taken back takes its figures along, counted in code points", () => {
  const before = told(META, append(1, 0, "😀 5 $ da. "), citation(2, 2, 3), append(3, 10, "Und 7 $."), citation(4, 14, 3));
  const after = told(META, append(1, 0, "😀 5 $ da. "), citation(2, 2, 3), append(3, 10, "Und 7 $."), citation(4, 14, 3), retract(5, 10));
  expect(before.citations).toHaveLength(2);
  expect(after.text).toBe("😀 5 $ da. ");
  expect(after.citations.map((one) => one.at)).toEqual([2]);
  expect(withEvent(after, append(6, 10, "Gut.")).answer.text).toBe("😀 5 $ da. Gut.");
  expect(withEvent(after, retract(6, -1)).taken).toBe("gap");
});

test("a second engine takes everything back and says who it is", () => {
  const answer = told(META, append(1, 0, "Vielleicht"), retract(2, 0), event(3, "meta", { badge: "degraded", model: "templates" }), append(4, 0, "Sicher."));
  expect(answer).toMatchObject({ text: "Sicher.", badge: "degraded" });
});

test("a card that is shown again is the same card", () => {
  const card = (seq: number, expires: string) => event(seq, "confirm_request", { action: "a1", kind: "deposit", expires_at: expires });
  const answer = told(META, card(1, "one"), card(2, "two"));
  expect(answer.proposals.map((one) => one.expires_at)).toEqual(["two"]);
});
