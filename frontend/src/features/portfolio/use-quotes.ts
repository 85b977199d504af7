"use client";
// The last prices, as they change: one stream for everybody on the page, kept in the query cache like all server state.
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";

import { portfolioQuery } from "@/features/portfolio/queries";
import type { Position } from "@/features/portfolio/queries";
import { api, openEvents } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";
import { QuoteStream } from "@/lib/live/quote-stream";
import type { StreamState } from "@/lib/live/quote-stream";

export type Quote = components["schemas"]["QuoteOut"];
export type Quotes = ReadonlyMap<string, Quote>;
type Known = Readonly<Record<string, Quote>>;

const KEY = ["quotes"];
// Sums come from the API: however fast prices move, they are asked for no more often than this.
const FOLLOW_MS = 2_000;

const streams = new WeakMap<QueryClient, QuoteStream<Quote>>();

/** The newest of each symbol; an answer that was overtaken by the stream changes nothing. */
export function merged(known: Known | undefined, quotes: readonly Quote[]): Known {
  const next = { ...known };
  for (const quote of quotes) {
    const had = next[quote.symbol];
    const older = had !== undefined && had.source === quote.source && Date.parse(quote.exchange_at) < Date.parse(had.exchange_at);
    if (!older) next[quote.symbol] = quote;
  }
  return next;
}

function streamOf(queries: QueryClient): QuoteStream<Quote> {
  const there = streams.get(queries);
  if (there !== undefined) return there;
  const made = new QuoteStream<Quote>({
    open: (symbols, lastId, signal) => openEvents(`/v1/quotes/stream?symbols=${encodeURIComponent(symbols)}`, lastId, signal),
    ask: (symbols, signal) => unwrap(api.GET("/v1/quotes", { params: { query: { symbols } }, signal })),
    onQuotes: (quotes) => queries.setQueryData<Known>(KEY, (known) => merged(known, quotes)),
    isVisible: () => document.visibilityState !== "hidden",
    random: Math.random,
  });
  document.addEventListener("visibilitychange", made.visibilityChanged);
  streams.set(queries, made);
  return made;
}

export function useQuotes(symbols: readonly string[]): Quotes | undefined {
  const queries = useQueryClient();
  const list = [...symbols].sort().join(",");
  useEffect(() => (list === "" ? undefined : streamOf(queries).watch(list.split(","))), [list, queries]);
  const known = useQuery<Known>({ queryKey: KEY, queryFn: skipToken, staleTime: Infinity }).data;
  return useMemo(() => {
    const found = list.split(",").flatMap((symbol) => known?.[symbol] ?? []);
    return found.length === 0 ? undefined : new Map(found.map((quote) => [quote.symbol, quote]));
  }, [known, list]);
}

/** How prices come at the moment, for those who want to know. */
export function useQuoteState(): StreamState {
  const stream = streamOf(useQueryClient());
  return useSyncExternalStore(stream.subscribe, stream.state, () => "idle");
}

/** Ask for values again when a price is newer than the one they were made with: sums come from the API. */
export function useFollowQuotes(positions: readonly Position[], quotes: Quotes | undefined): void {
  const queries = useQueryClient();
  const askedAt = useRef(0);
  const moved = positions.some((row) => {
    const quote = quotes?.get(row.symbol);
    return quote !== undefined && row.priced_at !== null && Date.parse(quote.exchange_at) > Date.parse(row.priced_at);
  });
  useEffect(() => {
    if (!moved) return;
    const timer = setTimeout(() => {
      askedAt.current = Date.now();
      void queries.invalidateQueries({ queryKey: portfolioQuery.queryKey, exact: true });
    }, Math.max(0, askedAt.current + FOLLOW_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [moved, quotes, queries]);
}
