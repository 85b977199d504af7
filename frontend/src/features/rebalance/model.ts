// Pure view logic of a rebalancing: which stage a plan is in, and what its lines do in numbers.
import type { Plan } from "@/components/place-orders";

export type Stage = "nothing" | "open" | "over" | "executing" | "filled" | "held" | "cancelled";
export type Line = Plan["orders"][number];

const EXECUTING_MS = 2_000;
const HELD_MS = 15_000;

/** A preview is open until it expires; one without a trade says that nothing is to be done. */
export function stageOf(plan: Plan, expired: boolean): Stage {
  if (plan.state !== "previewed") return plan.state;
  if (plan.orders.every((line) => line.action === "skip")) return "nothing";
  return expired ? "over" : "open";
}

/** How soon to ask again: what a machine does ends soon, what a person looks at later. */
export function pollOf(state: Plan["state"] | undefined): number | false {
  if (state === "executing") return EXECUTING_MS;
  return state === "held" ? HELD_MS : false;
}

export type Counts = Record<Line["action"], number>;

export function countsOf(lines: readonly Line[]): Counts {
  const counts: Counts = { sell: 0, buy: 0, skip: 0 };
  for (const line of lines) counts[line.action] += 1;
  return counts;
}

const ORDER: Record<Line["action"], number> = { sell: 0, buy: 1, skip: 2 };

/** Sales first, as they are executed; what is left alone stands last. */
export function inOrder(lines: readonly Line[]): Line[] {
  return [...lines].sort((a, b) => ORDER[a.action] - ORDER[b.action] || a.symbol.localeCompare(b.symbol));
}

/** Which sentence tells how the free cash is used: first of all, alone, or not at all. */
export function cashWord(counts: Counts, triggers: readonly string[]): "cashOnly" | "cashFirst" | "noCash" {
  if (counts.sell === 0) return "cashOnly";
  return triggers.includes("cash") ? "cashFirst" : "noCash";
}

/** An id as the API makes them; anything else in the address asks for nothing. */
export function planIdOf(search: URLSearchParams): string | null {
  const id = search.get("plan");
  return id !== null && /^[0-9a-z]{20}$/.test(id) ? id : null;
}

export function millisecondsUntil(iso: string, now: number): number {
  return Math.max(0, Date.parse(iso) - now);
}
