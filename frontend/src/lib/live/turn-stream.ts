// One stream that has an end, read to it: taken up again after a cut where it stopped, three times at most.
import { EventParser } from "@/lib/live/server-events";
import type { ServerEvent } from "@/lib/live/server-events";

/** What became of an event: it counts, it was seen before, one before it is missing, or it was the last. */
export type Taken = "next" | "again" | "gap" | "last";

/** The world outside, so that tests can hold it still. */
export type TurnPorts = {
  /** Begins, or takes up after the event of this id; null when nothing was seen yet. */
  open: (lastId: string | null, signal: AbortSignal) => Promise<Response>;
  take: (event: ServerEvent) => Taken;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type TurnEnd = { kind: "over" } | { kind: "cut" } | { kind: "refused"; answer: Response };

export const MAX_TRIES = 3;
const RETRY_MS = 3_000;
// The server says something every fifteen seconds; after twice that the line is dead.
const SILENT_MS = 40_000;
// A proxy's word that the server is away: worth another try, unlike a refusal.
const AWAY = [502, 504];

type Connection = { end: TurnEnd | null; lastId: string | null; retryMs: number };

/** Reads until the last event. Returns "cut" when it is still not there after three more tries, or when told to stop. */
export async function readTurn(ports: TurnPorts, from: string | null, signal: AbortSignal): Promise<TurnEnd> {
  let lastId = from;
  for (let failures = 0; !signal.aborted; ) {
    const found = await connect(ports, lastId, signal);
    if (found.end !== null) return found.end;
    failures = found.lastId === lastId ? failures + 1 : 1;
    lastId = found.lastId;
    if (failures > MAX_TRIES) break;
    // A line that broke is tried again at once; one that stays broken is given time.
    await ports.wait(found.retryMs * (failures - 1), signal);
  }
  return { kind: "cut" };
}

async function connect(ports: TurnPorts, from: string | null, signal: AbortSignal): Promise<Connection> {
  const parser = new EventParser();
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop);
  let lastId = from;
  let silent: ReturnType<typeof setTimeout> | undefined;
  const result = (end: TurnEnd | null): Connection => ({ end, lastId, retryMs: parser.retryMs ?? RETRY_MS });
  try {
    const answer = await ports.open(from, own.signal);
    if (!answer.ok) return result(AWAY.includes(answer.status) ? null : { kind: "refused", answer });
    const reader = answer.body?.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      clearTimeout(silent);
      silent = setTimeout(stop, SILENT_MS);
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done || own.signal.aborted) return result(null);
      for (const event of parser.push(decoder.decode(chunk.value, { stream: true }))) {
        const taken = ports.take(event);
        if (taken === "gap") return result(null);
        lastId = event.id ?? lastId;
        if (taken === "last") return result({ kind: "over" });
      }
    }
  } catch {
    // Refused by the network, broken or silent: the loop around it tries again.
    return result(null);
  } finally {
    clearTimeout(silent);
    signal.removeEventListener("abort", stop);
    own.abort();
  }
}
