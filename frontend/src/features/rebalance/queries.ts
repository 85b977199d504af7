// Everything the rebalancing screen asks of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { Plan } from "@/components/place-orders";
import { pollOf } from "@/features/rebalance/model";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Run = Schemas["RebalanceOut"];
export type Settings = Schemas["RebalancingOut"];
export type SalePreview = Schemas["SalePreviewOut"];
export type Limits = Schemas["LimitsOut"];
export type LimitsBody = Schemas["LimitsIn"];
export type Instrument = Schemas["InstrumentOut"];
export type LotMethod = Schemas["LotMethod"];

const keys = {
  all: ["rebalancing"] as const,
  limits: ["rebalancing", "limits"] as const,
  plan: (id: string) => ["orders", "plan", id] as const,
};

export const rebalancingQuery = queryOptions({
  queryKey: keys.all,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/rebalancing", { signal })),
  staleTime: 0,
  refetchOnWindowFocus: true,
});

/** One plan as it stands now: a preview, being executed, held or ended. */
export const planQuery = (id: string) =>
  queryOptions({
    queryKey: keys.plan(id),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/orders/{plan_id}", { params: { path: { plan_id: id } }, signal })),
    staleTime: 0,
    refetchOnWindowFocus: true,
    refetchInterval: (query) => pollOf(query.state.data?.state),
  });

/** What selling would realise, by every method; asked for before anything is sold. */
export const saleQuery = (symbol: string, quantity: string) =>
  queryOptions({
    queryKey: ["portfolio", "sale", symbol, quantity],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio/lots/preview", { params: { query: { symbol, quantity } }, signal })),
  });

export const limitsQuery = queryOptions({
  queryKey: keys.limits,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/rebalancing/limits", { signal })),
});

export const instrumentsQuery = queryOptions({
  queryKey: ["instruments"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/instruments", { signal })),
});

/** Keep limits; plans that were previewed without them are over. */
export function useKeepLimits() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: LimitsBody) => unwrap(api.PUT("/v1/rebalancing/limits", { body })),
    onSuccess: (found) => {
      queries.setQueryData(keys.limits, found);
      void queries.invalidateQueries({ queryKey: ["orders"] });
    },
  });
}

export function usePreview() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/v1/rebalancing/preview")),
    onSuccess: (run) => {
      if (run.run_id !== null && run.plan !== null) queries.setQueryData(keys.plan(run.run_id), run.plan);
      void queries.invalidateQueries({ queryKey: keys.all });
    },
  });
}

export function useSwitch() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (automatic: boolean) => unwrap(api.PUT("/v1/rebalancing", { body: { automatic } })),
    onSuccess: (found) => queries.setQueryData(keys.all, found),
  });
}

/** Keep what the server answered, so that the page shows it at once and after a reload alike. */
export function useKeepPlan(): (plan: Plan) => void {
  const queries = useQueryClient();
  return (plan) => queries.setQueryData(keys.plan(plan.plan_id), plan);
}
