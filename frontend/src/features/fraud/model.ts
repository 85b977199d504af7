// Pure view logic of the fraud screens: filters in the address, bars of reasons, the drawing of a link graph.
import type { components } from "@/lib/api/schema";
import { formatDateTime } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

type Schemas = components["schemas"];
type Graph = Schemas["LinkGraphOut"];
type State = Schemas["CaseState"];
type Kind = Schemas["CaseKind"];

export const KINDS: readonly Kind[] = ["payment", "denied", "review", "sample", "ring"];
export const SHOWN = ["waiting", "second", "decided"] as const;
export type Shown = (typeof SHOWN)[number];
export type QueueFilter = { shown: Shown; kind: Kind | null; mine: boolean; late: boolean };

const STATES: Record<Shown, State[] | undefined> = {
  waiting: undefined,
  second: ["awaiting_second"],
  decided: ["released", "rejected", "expired"],
};

export function filterOf(search: URLSearchParams): QueueFilter {
  const shown = SHOWN.find((one) => one === search.get("show")) ?? "waiting";
  const kind = KINDS.find((one) => one === search.get("kind")) ?? null;
  return { shown, kind, mine: search.get("mine") === "1", late: search.get("late") === "1" };
}

export function addressOf({ shown, kind, mine, late }: QueueFilter): string {
  const search = new URLSearchParams();
  if (shown !== "waiting") search.set("show", shown);
  if (kind !== null) search.set("kind", kind);
  if (mine) search.set("mine", "1");
  if (late) search.set("late", "1");
  const text = search.toString();
  return text === "" ? "/app/fraud" : `/app/fraud?${text}`;
}

export function queryOf({ shown, kind, mine, late }: QueueFilter) {
  return { state: STATES[shown], kind, mine, breached: late, limit: 50 };
}

/** Width of a bar against the largest of its list, 0 to 100. */
export function barWidth(value: number, all: readonly number[]): number {
  const largest = Math.max(...all.map(Math.abs));
  return largest === 0 ? 0 : Math.round((Math.abs(value) / largest) * 100);
}

/** The reasons that move the score most, and how much the rest moves it together. */
export function topReasons<R extends { contribution: number }>(reasons: readonly R[], count: number): { top: R[]; rest: number; others: number } {
  const sorted = [...reasons].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const rest = sorted.slice(count);
  return { top: sorted.slice(0, count), rest: rest.reduce((sum, one) => sum + one.contribution, 0), others: rest.length };
}

/** The values of a reason as the reader writes them: money, times and counts. */
export function shownValues(locale: string, { currency, ...values }: Record<string, string>): Record<string, string | number> {
  const shown: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name === "at") shown[name] = formatDateTime(locale, value);
    else if (name === "sentence") shown[name] = value;
    else if (currency !== undefined) shown[name] = formatMoney(locale, { amount: value, currency });
    else shown[name] = Number(value);
  }
  return shown;
}

export const DRAWN_MAX = 24;
const SIZE = 360;
const OUTER = 138;
const INNER = 62;

export type Spot = Graph["nodes"][number] & { name: string; x: number; y: number };
export type Tie = Graph["edges"][number] & { from: Spot; to: Spot };
export type Drawing = { size: number; spots: Spot[]; ties: Tie[]; hidden: number };

const LETTERS = { user: "A", device: "D", network: "N", funding: "F" } as const;

/** Short names (A1, D1 …) in the API's order: the people of the case first. */
export function namesOf(graph: Graph): Map<string, string> {
  const counts = { user: 0, device: 0, network: 0, funding: 0 };
  return new Map(graph.nodes.map(({ node_id, kind }) => [node_id, `${LETTERS[kind]}${(counts[kind] += 1)}`]));
}

/** Accounts on an outer circle, what they share on an inner one; at most 24, the people of the case first. */
export function drawingOf(graph: Graph): Drawing {
  const names = namesOf(graph);
  const degree = new Map<string, number>();
  for (const edge of graph.edges) for (const end of [edge.source, edge.target]) degree.set(end, (degree.get(end) ?? 0) + 1);
  const rank = (id: string) => degree.get(id) ?? 0;
  const chosen = [...graph.nodes].sort((a, b) => Number(b.focus) - Number(a.focus) || rank(b.node_id) - rank(a.node_id)).slice(0, DRAWN_MAX);
  const users = chosen.filter((node) => node.kind === "user");
  const shared = chosen.filter((node) => node.kind !== "user");
  const place = (nodes: typeof chosen, radius: number, turn: number): Spot[] =>
    nodes.map((node, at) => {
      const angle = -Math.PI / 2 + turn + (2 * Math.PI * at) / nodes.length;
      const reach = nodes.length === 1 && radius === INNER ? 0 : radius;
      const [x, y] = [SIZE / 2 + reach * Math.cos(angle), SIZE / 2 + reach * Math.sin(angle)].map(Math.round) as [number, number];
      return { ...node, name: names.get(node.node_id) ?? "", x, y };
    });
  const spots = [...place(users, OUTER, 0), ...place(shared, INNER, 0.4)];
  const byId = new Map(spots.map((spot) => [spot.node_id, spot]));
  const ties = graph.edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.source), byId.get(edge.target)];
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
  return { size: SIZE, spots, ties, hidden: graph.nodes.length - spots.length };
}

/** A line that stops short of both marks, so that an arrow head is seen. */
export function shortened({ from, to }: Tie, gap: number) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [((to.x - from.x) / length) * gap, ((to.y - from.y) / length) * gap];
  return { x1: from.x + dx, y1: from.y + dy, x2: to.x - dx, y2: to.y - dy };
}
