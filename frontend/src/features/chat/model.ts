// Pure view logic of the chat: stored and running answers in one list, and what may be done with each.
import { NOTHING_YET } from "@/features/chat/answer";
import type { Answer, Badge, Citation, Evidence, Found, Proposal } from "@/features/chat/answer";
import type { StoredTurn } from "@/features/chat/queries";
import type { Phase, Talk } from "@/features/chat/talks";
import type { ApiError } from "@/lib/api/problem";

export const MAX_CHARACTERS = 4_000;
/** From here on the counter is shown. */
export const NEAR_MAX = 3_500;

export type Turn = { id: string; question: string; at: string; phase: Phase; stopping: boolean; answer: Answer; refusal: ApiError | null };

/** A stored answer in the form of a running one. */
export function answerOf(turn: StoredTurn): Answer {
  const { made } = turn;
  return {
    ...NOTHING_YET,
    turnId: turn.turn_id,
    text: turn.answer,
    citations: turn.citations as unknown as Citation[],
    results: turn.results as unknown as Found[],
    proposals: turn.proposals as unknown as Proposal[],
    // Answers kept before it was noted who made them only tell it by how they ended.
    badge: made === null ? (turn.finish === "degraded" ? "degraded" : null) : (made.badge as Badge),
    model: made?.model ?? "",
    lang: made?.lang ?? null,
    disclaimer: made?.disclaimer ?? null,
    reason: made?.reason ?? null,
    finish: turn.finish,
    // Neither open nor ended in any way: the process that wrote it is gone.
    error: turn.finish === null && !turn.open ? { code: "engine_failed", retryAfter: null } : null,
  };
}

function ofStored(turn: StoredTurn): Turn {
  return {
    id: turn.client_message_id, question: turn.text, at: turn.at, phase: turn.open ? "writing" : "over", stopping: false,
    answer: answerOf(turn), refusal: null,
  };
}

function ofTalk({ message, at, phase, stopping, answer, refusal }: Talk): Turn {
  return { id: message.client_message_id, question: message.text, at, phase, stopping, answer, refusal };
}

/** All turns, the oldest first. A running one knows more than the stored one, unless it lost its end. */
export function turnsOf(newestFirst: readonly StoredTurn[], talks: readonly Talk[]): Turn[] {
  const running = new Map(talks.map((talk) => [talk.message.client_message_id, talk]));
  const turns = [...newestFirst].reverse().map((stored) => {
    const talk = running.get(stored.client_message_id);
    running.delete(stored.client_message_id);
    const lost = talk !== undefined && (talk.phase === "cut" || talk.phase === "refused");
    return talk === undefined || (lost && !stored.open) ? ofStored(stored) : ofTalk(talk);
  });
  return [...turns, ...[...running.values()].map(ofTalk)];
}

/** What can be done with an answer that did not end well: go on with it, or ask anew. */
export function nextOf(turn: Turn): "resume" | "again" | null {
  if (turn.phase === "cut" || turn.phase === "refused") return "resume";
  if (turn.phase === "over" && (turn.answer.error !== null || turn.answer.finish === "stopped")) return "again";
  return null;
}

export function evidenceOf(answer: Answer): ReadonlyMap<string, Evidence> {
  const all = [...answer.results, ...answer.proposals].flatMap((one) => one.evidence);
  return new Map(all.map((one) => [one.id, one]));
}

/** An id as the API makes them; anything else in the address opens nothing. */
export function conversationIn(search: URLSearchParams): string | null {
  const id = search.get("id");
  return id !== null && /^[0-9a-z]{20}$/.test(id) ? id : null;
}
