// A small portfolio and how it went, invented.
import type { Schemas } from "@/testing/server";

export const usd = (amount: string): Schemas["MoneyOut"] => ({ amount, amount_minor: Math.round(Number(amount) * 100), currency: "USD" });

export function position(symbol: string, more: Partial<Schemas["PositionOut"]> = {}): Schemas["PositionOut"] {
  return {
    symbol, name: `Fund ${symbol}`, asset_class: "us_equity", quantity: "2.000000", price: "50.0000", market_date: "2026-03-02",
    priced_at: "2026-03-02T15:00:00Z", stale: false, value: usd("100.00"), weight: "0.250000", target: "0.250000", sessions_behind: 0, ...more,
  };
}

export const portfolio: Schemas["PortfolioOut"] = {
  currency: "USD", cash: usd("10.00"), reserved: usd("0.00"), value: usd("1110.10"), drift: "0.010000", drift_verdict: "inside_bands", alerts: [], predicted_volatility: 0.1, promised_volatility: 0.1,
  next_action: "none", recommendation_id: null, simulated: true, prices_as_of: "2026-03-02",
  market: { calendar: "24/7", state: "open", next_open: null, closes_at: null, last_session: "2026-03-01" },
  allocation: [
    { symbol: "AAA", name: "Alpha shares", weight: "0.810000", target: "0.7769", outside: false },
    { symbol: "BBB", name: "Beta bonds", weight: "0.090000", target: "0.1231", outside: true },
    { symbol: "CCC", name: "Gamma gold", weight: "0.090000", target: "0.1000", outside: false },
    { symbol: null, name: "", weight: "0.010000", target: "0.0000", outside: false },
  ],
  positions: [
    position("AAA", { name: "Alpha shares", value: usd("900.05"), quantity: "9.000000", weight: "0.810000" }),
    position("BBB", { name: "Beta bonds", value: usd("100.05"), quantity: "10.000000", weight: "0.090000", stale: true }),
    position("CCC", { name: "Gamma gold", value: usd("100.00"), quantity: "100.500000", weight: "0.090000" }),
  ],
};

export function lot(symbol: string, cost: string, at = "2026-02-02T10:00:00Z"): Schemas["LotOut"] {
  return { lot_id: `m-${at}:${symbol}`, symbol, bought_at: at, quantity: "1.000000", cost: usd(cost) };
}

export const lots: Schemas["LotsOut"] = {
  method: "fifo", currency: "USD", sold: [],
  lots: [lot("AAA", "400.00"), lot("AAA", "400.00", "2026-02-10T10:00:00Z"), lot("BBB", "120.00"), lot("CCC", "90.01")],
};

const period = { first: "2026-02-02", last: "2026-03-02", currency: "USD", as_of: "2026-03-02T15:00:00Z" };
const measure = (method: Schemas["Method"], value: number): Schemas["MeasureOut"] => ({ ...period, method, value, annualised: null, reason: "too_short" });

const dollars = { unit: "USD", currency: "USD", quantity: null, price: null, price_source: null, priced_at: null, stale: false };

export const netWorth: Schemas["NetWorthOut"] = {
  currency: "USD", chosen: false, as_of: "2026-03-02T15:00:00Z", total: usd("1110.10"), known: usd("1110.10"), unknown: [], rates_hash: null,
  parts: [{ ...dollars, local: usd("1110.10"), value: usd("1110.10"), rate: null }],
};

const sameRate: Schemas["RateOut"] = { base: "USD", quote: "USD", value: "1", day: "2026-02-02", source: "same currency", filled_days: 0 };

export const performance: Schemas["PerformanceOut"] = {
  ...period, source: "simulated", simulated: true, start_value: usd("0.00"), end_value: usd("1110.10"), gain: usd("90.09"), fees: usd("1.02"),
  measures: [measure("time_weighted", 0.0731), measure("money_weighted", 0.0812), measure("simple", 0.0883)],
  gross: measure("time_weighted", 0.0745),
  flows: [
    { at: "2026-02-02T09:00:00Z", amount: usd("1070.01"), local: usd("1070.01"), rate: sameRate, kind: "deposit", movement_id: "01hzzzzzzzzzzzzzzzzzzzzzz1" },
    { at: "2026-02-20T09:00:00Z", amount: usd("-50.00"), local: usd("-50.00"), rate: sameRate, kind: "withdrawal", movement_id: "01hzzzzzzzzzzzzzzzzzzzzzz2" },
  ],
  benchmark: { name: "VTI 60% / AGG 40%", end_value: usd("1055.00"), measures: [measure("time_weighted", 0.05), measure("money_weighted", 0.051), measure("simple", 0.052)] },
  points: [
    { day: "2026-02-02", value: usd("1068.00"), growth: -0.002, benchmark: 0.001 },
    { day: "2026-02-03", value: usd("1090.00"), growth: 0.0181, benchmark: 0.004 },
    { day: "2026-03-02", value: usd("1110.10"), growth: 0.0731, benchmark: 0.05 },
  ],
  drawdown: { depth: -0.0412, peak: "2026-02-10", trough: "2026-02-14", recovered: "2026-02-20", now: 0 },
  missing_prices: [], missing_rates: [], rates_hash: null, gains: null, split: null,
};

export const fees: Schemas["FeesOut"] = {
  first: "2026-02-02", last: "2026-03-02", currency: "USD", paid: usd("1.02"), traded: usd("1010.01"), of_traded: "0.001010", of_value: 0.00094,
  lines: [{ at: "2026-02-02T10:00:00Z", amount: usd("1.02"), movement_id: "01hzzzzzzzzzzzzzzzzzzzzzz3" }],
  value: usd("1110.10"), yearly_running: usd("0.89"), yearly_running_bps: "8.02", horizon_years: 15, projected: usd("13.35"),
};

export const instruments: Schemas["InstrumentOut"][] = ["AAA", "BBB", "CCC"].map((symbol) => ({
  symbol, name: `Fund ${symbol}`, asset_class: "us_equity", currency: "USD", mic: "XNYS", step: "0.000001", annual_cost_bps: 7, simulated: true,
}));
