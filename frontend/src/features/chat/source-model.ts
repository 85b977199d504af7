// What a figure opens, and where in the opened row it stands: pure.
import type { Citation, Evidence } from "@/features/chat/answer";
import type { Openable, Row } from "@/features/chat/queries";
import type { MoneyText } from "@/lib/money";

const OPENED = ["ledger", "price", "profile", "decision", "portfolio", "goal"];

/** The row behind a figure; null for a calculation, a figure of the reader's own, a text of the house. */
export function openableOf({ source, ref }: Pick<Citation | Evidence, "source" | "ref">): Openable | null {
  return ref !== null && OPENED.includes(source) ? { source, ref } : null;
}

/** A fact of a row: a name out of the messages, and its value as it is to be shown. */
export type Fact = { name: string } & (
  | { kind: "money"; money: MoneyText }
  | { kind: "number" | "percent" | "quantity"; value: string }
  | { kind: "time" | "day" | "text" | "code"; value: string }
  | { kind: "word"; value: string; among: string }
);

const money = (name: string, found: MoneyText | null | undefined): Fact[] => (found == null ? [] : [{ name, kind: "money", money: found }]);
const fact = (name: string, kind: "number" | "percent" | "quantity" | "time" | "day" | "text" | "code", value: string | number | null | undefined): Fact[] =>
  value == null || value === "" ? [] : [{ name, kind, value: String(value) }];

/** Everything of a row that is worth reading, the figure itself among it. */
export function factsOf(row: Row): Fact[] {
  switch (row.kind) {
    case "cited":
      return citedFacts(row.cited);
    case "portfolio":
      return [
        ...money("value", row.portfolio.value), ...money("cash", row.portfolio.cash), ...money("reserved", row.portfolio.reserved),
        ...fact("holdings", "number", row.portfolio.positions.length), ...fact("pricesOf", "day", row.portfolio.prices_as_of),
        ...row.portfolio.positions.flatMap((one) => money(`=${one.name}`, one.value)),
      ];
    case "performance":
      return [
        ...fact("first", "day", row.performance.first), ...fact("last", "day", row.performance.last),
        ...money("startValue", row.performance.start_value), ...money("endValue", row.performance.end_value),
        ...money("gain", row.performance.gain), ...money("fees", row.performance.fees),
        ...row.performance.measures.flatMap((one) => fact(`figures.${one.method}`, "percent", one.value)),
      ];
    case "fees":
      return [
        ...fact("first", "day", row.fees.first), ...fact("last", "day", row.fees.last),
        ...money("fees", row.fees.paid), ...money("running", row.fees.yearly_running),
      ];
    case "goal":
      return [
        ...money("target", row.projection.target), ...money("monthly", row.projection.monthly), ...fact("due", "day", row.projection.due),
        ...fact("probability", "percent", row.projection.probability), ...money("paidIn", row.projection.paid_in),
        ...money("poor", row.projection.poor),
      ];
  }
}

type CitedRow = Extract<Row, { kind: "cited" }>["cited"];

function citedFacts({ ledger, price, profile, identity_check: check, decision }: CitedRow): Fact[] {
  if (ledger !== null) {
    const { account, movement } = ledger;
    const unit = account?.unit ?? "";
    const balance = (name: string, amount: string): Fact[] =>
      account?.kind === "holding" ? fact(name, "quantity", amount) : money(name, { amount, currency: unit });
    return [
      ...(account === null ? [] : [...balance("available", account.available), ...balance("balance", account.balance), ...balance("held", account.held)]),
      { name: account === null ? "movement" : "newestMovement", kind: "word", value: movement.kind, among: "transactions.movements" },
      ...money("amount", movement.amount), ...fact("time", "time", movement.at), ...fact("memo", "text", movement.memo),
      ...fact("reference", "code", movement.movement_id),
    ];
  }
  if (price !== null) {
    return [
      ...fact("symbol", "code", price.symbol), ...money("price", { amount: price.price, currency: price.currency }), ...fact("day", "day", price.day),
      ...fact("time", "time", price.at), ...fact("provider", "code", price.provider), ...fact("dataHash", "code", price.data_hash),
    ];
  }
  if (profile !== null) {
    return [
      ...fact("profile", "number", profile.final), ...fact("tolerance", "number", profile.tolerance), ...fact("capacity", "number", profile.capacity),
      ...fact("version", "number", profile.version), ...fact("madeAt", "time", profile.made_at), ...fact("validUntil", "time", profile.expires_at),
      ...fact("rules", "code", profile.rules_version),
    ];
  }
  if (check !== null) {
    return [
      { name: "state", kind: "word", value: `${check.state}.title`, among: "kyc.states" },
      ...fact("submitted", "time", check.submitted_at), ...fact("decided", "time", check.decided_at),
    ];
  }
  if (decision === null) return [];
  return [
    ...fact("profile", "number", decision.profile), ...money("worstYear", decision.worst_year), ...fact("madeAt", "time", decision.made_at),
    ...fact("model", "code", decision.model_version), ...fact("frontier", "code", decision.frontier_version), ...fact("seal", "code", decision.record_hash),
  ];
}

/** Whether a fact of the row holds the very value of the figure; the sign is told by the direction of the movement. */
export function holds(one: Fact, evidence: Pick<Evidence, "kind" | "value" | "currency">): boolean {
  switch (one.kind) {
    case "money":
      return evidence.kind === "money" && evidence.currency === one.money.currency && bare(one.money.amount) === bare(evidence.value);
    case "percent":
      return evidence.kind === "percent" && Math.abs(Number(one.value) - Number(evidence.value)) < 5e-9;
    case "number":
    case "quantity":
      return (evidence.kind === "count" || evidence.kind === "quantity") && bare(one.value) === bare(evidence.value);
    case "day":
    case "time":
      return evidence.kind === "date" && one.value.slice(0, 10) === evidence.value;
    default:
      return evidence.kind === "id" && one.value === evidence.value;
  }
}

/** A decimal text without sign and needless zeros: "-12.50" and "12.5" are one figure. */
function bare(decimal: string): string {
  const [whole = "", part = ""] = decimal.replace(/^[-+]/, "").split(".");
  return `${whole.replace(/^0+(?=\d)/, "")}.${part.replace(/0+$/, "")}`;
}
