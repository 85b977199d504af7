// Pure view logic of the reports page: periods in words, what can be asked for, rows by month.
import type { components } from "@/lib/api/schema";

type Schemas = components["schemas"];
export type Report = Schemas["ReportHeadOut"];
export type CustomerKind = Schemas["ReportIn"]["kind"];

export const CUSTOMER_KINDS: readonly CustomerKind[] = ["statement", "performance", "tax_lots", "suitability"];
export const SPANS = ["lastMonth", "soFar"] as const;
export type Span = (typeof SPANS)[number];
/** How many years back the list can be turned. */
const YEARS = 5;
const READERS = ["admin", "data_scientist", "fraud_analyst"];

/** Months are UTC months, as the server's are. */
export function periodOf(span: Span, now: number): string {
  const today = new Date(now);
  if (span === "soFar") return today.toISOString().slice(0, 10);
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

export function yearsOf(now: number): number[] {
  const year = new Date(now).getUTCFullYear();
  return Array.from({ length: YEARS }, (_, back) => year - back);
}

/** Figures of fraud are for those who see them day by day. */
export function seesFigures(roles: readonly string[]): boolean {
  return READERS.some((role) => roles.includes(role));
}

export type Month = { key: string; reports: Report[] };

/** Reports under the month in which their period begins, the newest month first. */
export function byMonth(reports: readonly Report[]): Month[] {
  const months = new Map<string, Report[]>();
  for (const report of reports) {
    const key = report.first.slice(0, 7);
    months.set(key, [...(months.get(key) ?? []), report]);
  }
  return [...months]
    .sort(([one], [other]) => other.localeCompare(one))
    .map(([key, found]) => ({ key, reports: found }));
}

export function monthName(locale: string, month: string): string {
  const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat(locale, options).format(new Date(`${month}-01T00:00:00Z`));
}
