// A goal and its projection as the API tells them.
import type { Schemas } from "@/testing/server";

export function usd(amount: string): Schemas["MoneyOut"] {
  const [major = "0", minor = ""] = amount.split(".");
  return { amount: `${major}.${minor.padEnd(2, "0")}`, amount_minor: Number(major + minor.padEnd(2, "0")), currency: "USD" };
}

export const goal: Schemas["GoalOut"] = {
  goal_id: "0123456789abcdefghjk",
  version: 1,
  state: "open",
  name: "House",
  target: usd("60000"),
  due: "2040-01-15",
  monthly: usd("200"),
  start: usd("5000"),
  profile: null,
  created_at: "2026-11-24T12:00:00Z",
  changed_at: "2026-11-24T12:00:00Z",
  archived_at: null,
};

function point(month: number, day: string, low: string, middle: string, high: string, paid: string): Schemas["FanPointOut"] {
  return { month, day, low: usd(low), middle: usd(middle), high: usd(high), paid_in: usd(paid) };
}

export const projection: Schemas["ProjectionOut"] = {
  goal_id: goal.goal_id,
  version: null,
  as_of: "2026-11-24",
  due: goal.due,
  months: 157,
  target: goal.target,
  monthly: goal.monthly,
  points: [
    point(0, "2026-11-24", "5000", "5000", "5000", "5000"),
    point(80, "2033-07-24", "19000.10", "24000", "30000", "21000"),
    point(157, "2039-12-24", "33000.05", "52000.10", "80000.99", "36400"),
  ],
  probability: 0.3312,
  frequency: { count: 3, of: 10 },
  poor: usd("29000.01"),
  poor_loss: usd("7399.99"),
  worst_year: usd("1200.50"),
  paid_in: usd("36400"),
  needed: { wanted: { count: 8, of: 10 }, reachable: true, monthly: usd("371.20"), frequency: { count: 8, of: 10 } },
  glide: [
    { month: 0, day: "2026-11-24", profile: 6, rung: 120, equity_share: 0.55, volatility: 0.084 },
    { month: 145, day: "2038-12-24", profile: 1, rung: 10, equity_share: 0.05, volatility: 0.019 },
  ],
  assumptions: {
    history_first: "2004-12-31",
    history_last: "2026-10-30",
    history_months: 262,
    source: "sim-1",
    simulated: true,
    block_months: 12,
    mean_error: 0.0212,
    paths: 10000,
    seed: "123456789",
    fee_bps: 10,
    inflation_bps: 200,
    target_today: usd("46300"),
    profile: 6,
    waiting: null,
    start: usd("5000"),
    start_is_everything: false,
    data_sha256: "ab".repeat(32),
    frontier_version: "f-1",
    rules_version: "goals-1",
  },
};
