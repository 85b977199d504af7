// A drafted action on its card: how it stands, what is shown of it, and how long it may still be confirmed.
import type { Evidence, Proposal } from "@/features/chat/answer";
import type { Action } from "@/features/chat/queries";
import { ApiError } from "@/lib/api/problem";

/** What of the terms is told by the preview already, or only makes sense to the server. */
const HIDDEN = ["order_id", "movement_id", "currency", "symbol"];

export type Shown = { name: string; value: string; evidence: Evidence | null };

/** How an action stood when it was drafted, until the server says how it stands. */
export function drafted(one: Proposal): Action {
  const { ok = true, reasons = [] } = (one.suitability ?? {}) as { ok?: boolean; reasons?: string[] };
  return {
    action_id: one.action, kind: one.kind as Action["kind"], state: "proposed", parameters: one.parameters, preview: one.preview,
    evidence: one.evidence as unknown as Action["evidence"], suitability: { ok, reasons }, created_at: "", expires_at: one.expires_at,
    step_up: one.step_up, result: null, conversation_id: "", turn_id: "", version: 1,
  };
}

export function evidenceIn(action: Action): ReadonlyMap<string, Evidence> {
  return new Map((action.evidence as unknown as Evidence[]).map((one) => [one.id, one]));
}

/** What the action will do, then the terms that are not among it. */
export function shownOf(action: Action): Shown[] {
  const evidence = evidenceIn(action);
  const line = ([name, value]: [string, string]): Shown => ({ name, value, evidence: evidence.get(value) ?? null });
  const preview = Object.entries(action.preview).filter(([, value]) => value !== "").map(line);
  const known = new Set([...preview.map((one) => one.name), ...HIDDEN]);
  const terms = Object.entries(action.parameters).filter(([name]) => !known.has(name) && !(name === "goal" && known.has("name")));
  return [...terms.map(line), ...preview];
}

/** The state as the reader has to see it: a draft whose time is over cannot be confirmed, whatever was last heard. */
export function standOf(action: Action, now: number): Action["state"] {
  return action.state === "proposed" && Date.parse(action.expires_at) <= now ? "expired" : action.state;
}

/** The new preview that a refused confirmation brought, if it did. */
export function changedAction(error: unknown): Action | null {
  if (!(error instanceof ApiError) || error.code !== "action_changed") return null;
  const found = error.fields.action as Action | undefined;
  return typeof found === "object" && typeof found.action_id === "string" ? found : null;
}

/** Seconds as "9:05". */
export function clockOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
