// Everything the portfolio screens ask of the API.
import { queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Portfolio = Schemas["PortfolioOut"];
export type Position = Schemas["PositionOut"];
export type Plan = Schemas["OrderPlanOut"];
export type WorthPart = Schemas["WorthPartOut"];
export type Rate = Schemas["RateOut"];

export const portfolioQuery = queryOptions({
  queryKey: ["portfolio"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio", { signal })),
  staleTime: 0,
  refetchOnWindowFocus: true,
});

export const netWorthQuery = queryOptions({
  queryKey: ["portfolio", "net-worth"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio/net-worth", { signal })),
});

export const ordersQuery = queryOptions({
  queryKey: ["orders"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/orders", { signal })),
  staleTime: 0,
  refetchOnWindowFocus: true,
});

export type Performance = Schemas["PerformanceOut"];
export type Measure = Schemas["MeasureOut"];
export type Fees = Schemas["FeesOut"];
export type Lots = Schemas["LotsOut"];
export type Lot = Schemas["LotOut"];
export type Instrument = Schemas["InstrumentOut"];
export type Prices = Schemas["PricesOut"];

/** What is asked of a report: its first and last day; without them everything until now. */
export type Period = { first?: string; last?: string };

// Everything below "portfolio" is asked again after money moved.
export const performanceQuery = (period: Period, benchmark: string | null) =>
  queryOptions({
    queryKey: ["portfolio", "performance", period, benchmark],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/v1/portfolio/performance", { params: { query: { ...period, ...(benchmark !== null && { benchmark }) } }, signal })),
  });

export const feesQuery = (period: Period) =>
  queryOptions({
    queryKey: ["portfolio", "fees", period],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio/fees", { params: { query: period }, signal })),
  });

export const lotsQuery = queryOptions({
  queryKey: ["portfolio", "lots"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio/lots", { signal })),
  refetchOnWindowFocus: true,
});

export const instrumentsQuery = queryOptions({
  queryKey: ["instruments"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/instruments", { signal })),
  staleTime: 600_000,
});

export const pricesQuery = (symbol: string) =>
  queryOptions({
    queryKey: ["prices", symbol],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/instruments/{symbol}/prices", { params: { path: { symbol } }, signal })),
    staleTime: 600_000,
  });
