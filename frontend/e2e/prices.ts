// Real prices when the development data lies beside the checkout; else the simulated market.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { finnami } from "./finnami";

const PRICES = resolve(__dirname, "../../../shared/data/market/etf_adj_close.parquet");

export default function importPrices(): void {
  if (process.env.FINNAMI_E2E_URL !== undefined) return;
  if (existsSync(PRICES)) finnami("market", "import", PRICES, "--json");
}
