// Everything the advice screens ask of the API.
import { queryOptions, useMutation } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Advice = Schemas["RecommendationOut"];
export type Mix = NonNullable<Advice["mix"]>;

const POLL_MS = 2_000;

export const recommendationQuery = (id: string) =>
  queryOptions({
    queryKey: ["recommendations", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/v1/recommendations/{recommendation_id}", { params: { path: { recommendation_id: id } }, signal })),
    refetchInterval: (query) => (query.state.data?.outcome === "preparing" ? POLL_MS : false),
  });

export function useAsk() {
  return useMutation({
    mutationFn: (key: string) =>
      unwrap<Advice>(api.POST("/v1/recommendations", { params: { header: { "idempotency-key": key } }, body: {} })),
  });
}

export function useAccept() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/v1/recommendations/{recommendation_id}/accept", { params: { path: { recommendation_id: id } } })),
  });
}
