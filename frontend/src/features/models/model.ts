// Pure view logic of the model desk: who may what, rows of tables, the line of ninety days.
import type { components } from "@/lib/api/schema";

type Schemas = components["schemas"];
type Report = Schemas["ModelReportOut"];
type Change = Schemas["ModelChangeOut"];
type Metrics = Schemas["ModelOut"]["metrics"];

const CHANGERS: readonly string[] = ["data_scientist", "admin"];

export function mayChange(roles: readonly string[] | undefined): boolean {
  return CHANGERS.some((role) => roles?.includes(role));
}

export type Standing = Change["state"] | "expired";

/** Where a change stands at a moment; what nobody decided in time is over. */
export function standingOf(change: Pick<Change, "state" | "expires_at">, now: number): Standing {
  return change.state === "asked" && Date.parse(change.expires_at) <= now ? "expired" : change.state;
}

export type Interval = readonly [number, number];
export type Metric = { value: number | null; interval: Interval | null };
export type MetricRow = { name: string; here: Metric; other: Metric };

const INTERVAL = "_90";

function metricOf(metrics: Metrics | undefined, name: string): Metric {
  const value = metrics?.[name];
  const range = metrics?.[name + INTERVAL];
  const [low, high] = Array.isArray(range) ? range : [];
  return {
    value: typeof value === "number" ? value : null,
    interval: low === undefined || high === undefined ? null : [low, high],
  };
}

/** One row for each measure that either version has; intervals stand beside what they belong to. */
export function metricRows(here: Metrics, other?: Metrics): MetricRow[] {
  const names = new Set([...Object.keys(here), ...Object.keys(other ?? {})].map((name) => (name.endsWith(INTERVAL) ? name.slice(0, -INTERVAL.length) : name)));
  return [...names].map((name) => ({ name, here: metricOf(here, name), other: metricOf(other, name) }));
}

export type Judged = "alert" | "steady" | "few";
export type DriftRow = Report["columns"][number] & { judged: Judged };

/** The columns that moved most first. An alert is the server's word; too few payments judge nothing. */
export function driftRows(report: Report, rowsMin: number): DriftRow[] {
  const few = report.scored < rowsMin;
  const judged = (name: string): Judged => (few ? "few" : report.alerts.includes(name) ? "alert" : "steady");
  return [...report.columns].sort((a, b) => b.psi - a.psi).map((column) => ({ ...column, judged: judged(column.name) }));
}

/** The right end of the bars: five times the line at most, so that one wild column hides no other. */
export function barEnd(rows: readonly { psi: number }[], line: number): number {
  const largest = Math.max(0, ...rows.map((row) => row.psi));
  return Math.min(Math.max(largest, 2 * line), 5 * line);
}

export function barPercent(value: number, end: number): number {
  return Math.round((Math.min(Math.max(value, 0), end) / end) * 1000) / 10;
}

/** Payments that did not simply pass, and their share; null on a day without any. */
export function stoppedShare({ rows, outcomes }: Pick<Report, "rows" | "outcomes">): number | null {
  return rows === 0 ? null : (rows - (outcomes["approve"] ?? 0)) / rows;
}

export const MEASURES = ["psi", "alerts", "precision"] as const;
export type Measure = (typeof MEASURES)[number];
export type Day = { day: string } & Record<Measure, number | null>;

/** The reports as days, the oldest first. What was not measured is null, never 0. */
export function historyOf(reports: readonly Report[], rowsMin: number): Day[] {
  return [...reports].reverse().map((report) => ({
    day: report.day,
    psi: report.columns.length === 0 ? null : Math.max(...report.columns.map((column) => column.psi)),
    alerts: report.scored < rowsMin ? null : report.alerts.length,
    precision: report.labelled["average_precision"] ?? null,
  }));
}

export const CHART = { width: 640, height: 220, start: 8, end: 8, top: 12, bottom: 12 } as const;
const DAY_MS = 86_400_000;

export type Dot = { day: string; value: number; x: number; y: number };

/** Pieces of a line over true days: a day without a report or a value is a gap, not a bridge. */
export function piecesOf(days: readonly Day[], measure: Measure, top: number): Dot[][] {
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = Math.max(1, at(last.day) - at(first.day));
  const [wide, high] = [CHART.width - CHART.start - CHART.end, CHART.height - CHART.top - CHART.bottom];
  const pieces: Dot[][] = [];
  let before: number | null = null;
  for (const { day, [measure]: value } of days) {
    if (value === null) {
      before = null;
      continue;
    }
    const x = CHART.start + ((at(day) - at(first.day)) / span) * wide;
    const dot = { day, value, x, y: CHART.top + (1 - Math.min(value / top, 1)) * high };
    if (before !== null && at(day) - before === 1) pieces.at(-1)?.push(dot);
    else pieces.push([dot]);
    before = at(day);
  }
  return pieces;
}

/** The upper end of the axis; bars and lines start from zero. */
export function axisTop(days: readonly Day[], measure: Measure, line: number): number {
  const values = days.map((day) => day[measure] ?? 0);
  if (measure === "precision") return 1;
  return Math.max(...values, measure === "psi" ? 2 * line : 1);
}

function field(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180, with the figures as the API gave them. */
export function csvOf(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [head, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
