// An answer as its events build it up: pure, so that duplicates, gaps and retracted text can be tried one by one.
import type { ServerEvent } from "@/lib/live/server-events";
import type { Taken } from "@/lib/live/turn-stream";

export type Evidence = {
  id: string;
  kind: "money" | "percent" | "quantity" | "count" | "date" | "id";
  value: string;
  metric: string;
  source: string;
  currency: string | null;
  signed: boolean;
  entity: string | null;
  as_of: string | null;
  ref: string | null;
  inputs: string[];
};
/** Where a figure stands in the answer, in code points, and what it rests on. */
export type Citation = { at: number; len: number; evidence: string; source: string; ref: string | null; href: string | null };
/** Text of somebody outside is marked as such and never anything but text. */
export type Cell = string | { untrusted: string };
export type Card = { kind: string; columns: string[]; rows: { label: Cell; cells: Cell[] }[] };
export type Found = { call: string; ok: boolean; code: string; card: Card | null; evidence: Evidence[] };
export type Proposal = {
  action: string;
  kind: string;
  parameters: Record<string, string>;
  preview: Record<string, string>;
  evidence: Evidence[];
  suitability: unknown;
  expires_at: string;
  step_up: boolean;
};
export type Badge = "embedded" | "remote" | "degraded";

export type Answer = {
  turnId: string | null;
  /** The number of the last event that counted; the next one is one more. */
  seq: number;
  text: string;
  citations: Citation[];
  results: Found[];
  proposals: Proposal[];
  badge: Badge | null;
  model: string;
  lang: string | null;
  disclaimer: string | null;
  /** Why nobody outside was asked although she agreed to it. */
  reason: string | null;
  /** The tool that is being asked just now. */
  asking: string | null;
  finish: string | null;
  error: { code: string; retryAfter: number | null } | null;
};

export const NOTHING_YET: Answer = {
  turnId: null, seq: -1, text: "", citations: [], results: [], proposals: [], badge: null, model: "", lang: null, disclaimer: null,
  reason: null, asking: null, finish: null, error: null,
};

type Data = Record<string, unknown>;
export type Step = { answer: Answer; taken: Taken };

const EVENT_ID = /^([0-9a-z]{26}):(\d{1,5})$/;

/** Count an event in. What cannot follow changes nothing and is asked for again. */
export function withEvent(answer: Answer, event: ServerEvent): Step {
  const id = EVENT_ID.exec(event.id ?? "");
  if (id === null || (answer.turnId !== null && answer.turnId !== id[1])) return { answer, taken: "gap" };
  const seq = Number(id[2]);
  if (seq <= answer.seq) return { answer, taken: "again" };
  const data = dataOf(event);
  if (seq !== answer.seq + 1 || data === null) return { answer, taken: "gap" };
  const next = changed(answer, event.name, data);
  if (next === null) return { answer, taken: "gap" };
  const taken = event.name === "done" || event.name === "error" ? "last" : "next";
  return { answer: { ...next, turnId: id[1] ?? null, seq }, taken };
}

function dataOf(event: ServerEvent): Data | null {
  try {
    const data: unknown = JSON.parse(event.data);
    return typeof data === "object" && data !== null ? (data as Data) : null;
  } catch {
    return null;
  }
}

function changed(answer: Answer, name: string, data: Data): Answer | null {
  switch (name) {
    case "meta":
      return {
        ...answer,
        badge: data.badge as Badge,
        model: textOf(data.model),
        lang: textOf(data.lang) || null,
        disclaimer: textOf(data.disclaimer) || null,
        reason: textOf(data.reason) || null,
      };
    case "tool_start":
      return { ...answer, asking: textOf(data.tool) };
    case "tool_result":
      return { ...answer, asking: null, results: [...answer.results, data as unknown as Found] };
    case "delta":
      return withText(answer, textOf(data.op), Number(data.at), textOf(data.text));
    case "citation":
      return { ...answer, citations: [...answer.citations, data as unknown as Citation] };
    case "confirm_request":
      return { ...answer, proposals: withProposal(answer.proposals, data as unknown as Proposal) };
    case "done":
      return { ...answer, asking: null, finish: textOf(data.finish) };
    case "error":
      return { ...answer, asking: null, error: { code: textOf(data.code), retryAfter: Number(data.retry_after_s) || null } };
    default:
      // Usage, and what later servers may add: counted, not shown.
      return answer;
  }
}

/** Append where the text ends, or take back everything from a place on, with the figures that stood there. */
function withText(answer: Answer, op: string, at: number, text: string): Answer | null {
  if (op === "append") return at === lengthOf(answer.text) ? { ...answer, text: answer.text + text } : null;
  if (op !== "retract" || !Number.isInteger(at) || at < 0) return null;
  const kept = [...answer.text].slice(0, at).join("");
  return { ...answer, text: kept, citations: answer.citations.filter((one) => one.at + one.len <= at) };
}

/** A card that is shown again is the same card. */
function withProposal(before: readonly Proposal[], one: Proposal): Proposal[] {
  return [...before.filter((other) => other.action !== one.action), one];
}

/** Length in code points, as the server counts. */
export function lengthOf(text: string): number {
  return [...text].length;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
