// Everything the portfolio screens ask of the API.
import { queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Portfolio = Schemas["PortfolioOut"];
export type Position = Schemas["PositionOut"];
export type Plan = Schemas["OrderPlanOut"];

export const portfolioQuery = queryOptions({
  queryKey: ["portfolio"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio", { signal })),
  staleTime: 0,
  refetchOnWindowFocus: true,
});

export const ordersQuery = queryOptions({
  queryKey: ["orders"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/orders", { signal })),
  staleTime: 0,
  refetchOnWindowFocus: true,
});
