// The answers under way: they go on when the panel is closed or another page is opened, and end with the sign-out.
import { NOTHING_YET, withEvent } from "@/features/chat/answer";
import type { Answer } from "@/features/chat/answer";
import { answerOf } from "@/features/chat/model";
import type { StoredTurn } from "@/features/chat/queries";
import { ApiError, problemOf } from "@/lib/api/problem";
import { readTurn } from "@/lib/live/turn-stream";

export type Message = { client_message_id: string; text: string; locale: string };
/** A cut answer can be taken up again; a refused one was never begun. */
export type Phase = "writing" | "over" | "cut" | "refused";
export type Talk = { message: Message; at: string; phase: Phase; stopping: boolean; answer: Answer; refusal: ApiError | null };

/** The world outside, so that tests can hold it still. */
export type TalkPorts = {
  ask: (conversation: string, message: Message, signal: AbortSignal) => Promise<Response>;
  follow: (conversation: string, turnId: string, lastId: string | null, signal: AbortSignal) => Promise<Response>;
  stop: (conversation: string, turnId: string) => Promise<void>;
  stored: (conversation: string, turnId: string) => Promise<StoredTurn | undefined>;
  onOver: (conversation: string) => void;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => string;
};

const NONE: readonly Talk[] = [];

// Who stopped it before it had a name has no line that broke.
function cutOff(talk: Talk): Talk {
  return talk.stopping ? { ...talk, phase: "over", answer: { ...talk.answer, finish: "stopped" } } : { ...talk, phase: "cut" };
}

const GONE = 410;

export class Talks {
  private readonly talks = new Map<string, readonly Talk[]>();
  private readonly listeners = new Set<() => void>();
  private readonly runs = new Map<string, AbortController>();

  constructor(private readonly ports: TalkPorts) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly of = (conversation: string | null): readonly Talk[] => (conversation === null ? NONE : (this.talks.get(conversation) ?? NONE));

  send(conversation: string, message: Message): void {
    this.begin(conversation, { message, at: this.ports.now(), phase: "writing", stopping: false, answer: NOTHING_YET, refusal: null });
  }

  /** Follow an answer that another page, or this one before it was loaded anew, asked for. */
  follow(conversation: string, turn: StoredTurn): void {
    if (this.of(conversation).some((one) => one.message.client_message_id === turn.client_message_id)) return;
    const message = { client_message_id: turn.client_message_id, text: turn.text, locale: turn.locale };
    const answer = { ...NOTHING_YET, turnId: turn.turn_id };
    this.begin(conversation, { message, at: turn.at, phase: "writing", stopping: false, answer, refusal: null });
  }

  /** Take a cut answer up where it stopped, or send a refused message again: it is the same message. */
  resume(conversation: string, id: string): void {
    const talk = this.find(conversation, id);
    if (talk === undefined || talk.phase === "writing") return;
    this.put(conversation, { ...talk, phase: "writing", stopping: false, refusal: null });
    void this.run(conversation, id);
  }

  /** Ask the server to stop; what was said stays, and the stream ends by itself. */
  async stop(conversation: string, id: string): Promise<void> {
    const talk = this.find(conversation, id);
    if (talk?.phase !== "writing") return;
    this.put(conversation, { ...talk, stopping: true });
    // Nothing came yet, not even a name to stop it by: leaving stops it, too.
    if (talk.answer.turnId === null) return this.runs.get(id)?.abort();
    try {
      await this.ports.stop(conversation, talk.answer.turnId);
    } catch {
      this.runs.get(id)?.abort();
    }
  }

  /** Leave a conversation, or all of them: what is under way ends here. */
  forget(conversation?: string): void {
    const left = conversation === undefined ? [...this.talks.keys()] : [conversation];
    for (const one of left) {
      for (const { message } of this.of(one)) this.runs.get(message.client_message_id)?.abort();
      this.talks.delete(one);
    }
    this.tell();
  }

  private begin(conversation: string, talk: Talk): void {
    this.talks.set(conversation, [...this.of(conversation), talk]);
    this.tell();
    void this.run(conversation, talk.message.client_message_id);
  }

  private find(conversation: string, id: string): Talk | undefined {
    return this.of(conversation).find((one) => one.message.client_message_id === id);
  }

  private put(conversation: string, talk: Talk): void {
    const id = talk.message.client_message_id;
    // One that was left is not brought back by what still arrives.
    if (this.find(conversation, id) === undefined) return;
    this.talks.set(conversation, this.of(conversation).map((one) => (one.message.client_message_id === id ? talk : one)));
    this.tell();
  }

  private change(conversation: string, id: string, change: (talk: Talk) => Talk): void {
    const talk = this.find(conversation, id);
    if (talk !== undefined) this.put(conversation, change(talk));
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private async run(conversation: string, id: string): Promise<void> {
    const run = new AbortController();
    this.runs.set(id, run);
    const begun = this.find(conversation, id)?.answer ?? NOTHING_YET;
    const end = await readTurn(
      {
        open: (lastId, signal) => this.open(conversation, id, lastId, signal),
        take: (event) => {
          const talk = this.find(conversation, id);
          if (talk === undefined) return "last";
          const { answer, taken } = withEvent(talk.answer, event);
          if (answer !== talk.answer) this.put(conversation, { ...talk, answer });
          return taken;
        },
        wait: this.ports.wait,
      },
      begun.seq < 0 ? null : `${begun.turnId}:${begun.seq}`,
      run.signal,
    );
    this.runs.delete(id);
    if (end.kind === "over") this.change(conversation, id, (talk) => ({ ...talk, phase: "over" }));
    else if (end.kind === "cut") this.change(conversation, id, cutOff);
    else await this.refused(conversation, id, end.answer);
    // Also after a cut: the server may have ended and kept what did not arrive.
    if (this.find(conversation, id) !== undefined) this.ports.onOver(conversation);
  }

  private open(conversation: string, id: string, lastId: string | null, signal: AbortSignal): Promise<Response> {
    const talk = this.find(conversation, id);
    if (talk === undefined) return Promise.reject(new Error("left"));
    const { turnId } = talk.answer;
    if (turnId === null) return this.ports.ask(conversation, talk.message, signal);
    return this.ports.follow(conversation, turnId, lastId, signal);
  }

  /** Events that are kept no longer are in the stored message; everything else is told. */
  private async refused(conversation: string, id: string, response: Response): Promise<void> {
    const turnId = this.find(conversation, id)?.answer.turnId ?? null;
    if (response.status === GONE && turnId !== null) {
      const stored = await this.ports.stored(conversation, turnId).catch(() => undefined);
      const phase = stored === undefined || stored.open ? "cut" : "over";
      this.change(conversation, id, (talk) => ({ ...talk, phase, answer: stored === undefined ? talk.answer : answerOf(stored) }));
      return;
    }
    const refusal = problemOf(response, await response.json().catch(() => null));
    this.change(conversation, id, (talk) => ({ ...talk, phase: "refused", refusal }));
  }
}
