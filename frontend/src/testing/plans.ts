// A plan with a sale, a purchase and a line left alone, and the run it belongs to; invented.
import { usd } from "@/testing/portfolio";
import type { Schemas } from "@/testing/server";

const reason = (code: string, sentence: string) => ({ code, sentence, values: { weight: "60.0%", target: "50.0%" } });

export const PLAN_ID = "01hzzzzzzzzzzzzzzzzz";

export const plan: Schemas["OrderPlanOut"] = {
  plan_id: PLAN_ID, recommendation_id: "01hzzzzzzzzzzzzzzzz1", state: "previewed", made_at: "2026-03-02T15:00:00Z", expires_at: "2099-03-02T15:15:00Z",
  cash_before: usd("20.00"), cash_after: usd("1.10"), fees: usd("0.40"), drift_before: "0.120000", drift_after: "0.030000", movement_id: null,
  orders: [
    { symbol: "BBB", action: "buy", quantity: "2.000000", price: "50.0000", amount: usd("100.00"), fee: usd("0.20"), weight_before: "0.300000", weight_target: "0.400000", reason: reason("below_target", "BBB is 30 %.") },
    { symbol: "AAA", action: "sell", quantity: "1.500000", price: "60.0000", amount: usd("90.00"), fee: usd("0.20"), weight_before: "0.600000", weight_target: "0.500000", reason: reason("above_target", "AAA is 60 %.") },
    { symbol: "CCC", action: "skip", quantity: "0", price: "10.0000", amount: usd("0.00"), fee: usd("0.00"), weight_before: "0.100000", weight_target: "0.100000", reason: reason("inside_band", "CCC is 10 %.") },
  ],
};

export const run: Schemas["RebalanceOut"] = {
  run_id: PLAN_ID, made_at: "2026-03-02T15:00:00Z", automatic: false, state: "previewed", triggers: ["cash", "band"], notes: [], plan, record_hash: "ab".repeat(32),
};

export const settings: Schemas["RebalancingOut"] = { automatic: false, changed_at: null, next_at: null, runs: [{ ...run, plan: null }] };

const slice: Schemas["SliceOut"] = {
  lot_id: "m1:AAA", symbol: "AAA", bought_at: "2025-01-02T10:00:00Z", sold_at: "2026-03-02T15:00:00Z", quantity: "1.500000",
  cost: usd("100.00"), proceeds: usd("89.80"), gain: usd("-10.20"), long_term: true,
};

const washSale = { code: "wash_sale_ahead", sentence: "This sells AAA at a loss.", values: { until: "2026-04-01" } };

export const sale: Schemas["SalePreviewsOut"] = {
  previews: (["fifo", "hifo", "min_tax"] as const).map((method) => ({
    method, symbol: "AAA", quantity: "1.500000", slices: [slice], short_gain: usd("0.00"), long_gain: usd("-10.20"), example_tax: usd("0.00"), wash_sale: washSale,
  })),
};
