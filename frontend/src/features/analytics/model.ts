// Pure view logic of the figures page: which days, who sees what, rows as files.
import type { components } from "@/lib/api/schema";
import type { Cell } from "@/lib/csv";

type Schemas = components["schemas"];
type FlowLine = Schemas["FlowLineOut"];
type FraudLine = Schemas["FraudLineOut"];

export const SPANS = [30, 90, 365] as const;
export type Span = (typeof SPANS)[number];
export type Range = { from: string; to: string };

const DAY_MS = 86_400_000;

/** The last days in UTC, today included: rollups are made of UTC days. */
export function rangeOf(span: Span, now: number): Range {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: day(now - (span - 1) * DAY_MS), to: day(now) };
}

const EVERYTHING: readonly string[] = ["admin", "data_scientist"];

export type Sights = { people: boolean; fraud: boolean };

/** Cohorts and money are for admins and data scientists; analysts see the figures of their work. */
export function sightsOf(roles: readonly string[] | undefined): Sights {
  const people = EVERYTHING.some((role) => roles?.includes(role));
  return { people, fraud: people || roles?.includes("fraud_analyst") === true };
}

export const FLOW_COLUMNS = ["deposits", "withdrawals", "transfers", "bought", "sold", "fees", "reversed", "customers_net"] as const;
export const COHORT_COLUMNS = ["signed_up", "kyc", "profile", "funded", "invested"] as const;
export const FRAUD_COUNTS = ["judged", "stepped_up", "held", "blocked", "released", "voided"] as const;

export function flowCells(line: FlowLine): Cell[] {
  return [line.day, line.currency, ...FLOW_COLUMNS.map((name) => line[name].amount)];
}

export function fraudCells(line: FraudLine): Cell[] {
  const prevented = line.prevented.map((money) => `${money.amount} ${money.currency}`).join("; ");
  return [line.day ?? line.channel, ...FRAUD_COUNTS.map((name) => line[name]), line.alert_rate, line.precision, line.median_decision_s, prevented];
}

/** A share of people as text needs its whole: nobody signed up, no share. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
