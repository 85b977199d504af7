"use client";
// The last prices, kept fresh while the screen is open. The one place to change when they come by stream.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { portfolioQuery } from "@/features/portfolio/queries";
import type { Position } from "@/features/portfolio/queries";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type Quote = components["schemas"]["QuoteOut"];
export type Quotes = ReadonlyMap<string, Quote>;

const EVERY_MS = 15_000;
// The longest list the API reads; a longer one asks for everything.
const MAX_CHARS = 500;

const bySymbol = (found: readonly Quote[]): Quotes => new Map(found.map((quote) => [quote.symbol, quote]));

export function useQuotes(symbols: readonly string[]): Quotes | undefined {
  const list = [...symbols].sort().join(",");
  const wanted = list.length <= MAX_CHARS ? list : "";
  return useQuery({
    queryKey: ["quotes", wanted],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/quotes", { params: { query: { symbols: wanted } }, signal })),
    select: bySymbol,
    enabled: symbols.length > 0,
    refetchInterval: EVERY_MS,
    staleTime: 0,
  }).data;
}

/** Ask for values again when a price is newer than the one they were made with: sums come from the API. */
export function useFollowQuotes(positions: readonly Position[], quotes: Quotes | undefined): void {
  const queries = useQueryClient();
  const moved = positions.some((row) => {
    const quote = quotes?.get(row.symbol);
    return quote !== undefined && row.priced_at !== null && Date.parse(quote.exchange_at) > Date.parse(row.priced_at);
  });
  useEffect(() => {
    if (moved) void queries.invalidateQueries({ queryKey: portfolioQuery.queryKey, exact: true });
  }, [moved, quotes, queries]);
}
