// Everything the advice screens ask of the API.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { Asked } from "@/features/advice/model";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Advice = Schemas["RecommendationOut"];
export type Mix = NonNullable<Advice["mix"]>;
export type Outlook = Schemas["OutlookOut"];
export type Standing = Schemas["StandingOut"];
export type Alternative = Schemas["AlternativeOut"];
export type Given = Schemas["GivenOut"];
export type AdviceRequest = Schemas["AdviceRequestOut"];
export type RejectCode = Schemas["RejectCode"];

export const REJECT_CODES: readonly RejectCode[] = [
  "too_risky", "too_careful", "too_expensive", "not_understood", "situation_changed", "other_plans", "other",
];

const KEY = "recommendations";
const DESK = "advice-requests";
const POLL_MS = 2_000;
const idOf = (id: string) => ({ params: { path: { recommendation_id: id } } });

export const recommendationQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, id],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/recommendations/{recommendation_id}", { ...idOf(id), signal })),
    refetchInterval: (query) => (query.state.data?.outcome === "preparing" ? POLL_MS : false),
  });

export const historyQuery = queryOptions({
  queryKey: [KEY, "history"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/recommendations", { signal })),
  staleTime: 0,
});

export const outlookQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, id, "outlook"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/recommendations/{recommendation_id}/outlook", { ...idOf(id), signal })),
    staleTime: Infinity,
  });

/** A what-if: nothing is saved. The last answer stays on the screen until the next one is there. */
export const whatIfQuery = (id: string, asked: Asked | null) =>
  queryOptions({
    queryKey: [KEY, id, "what-if", asked],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/v1/recommendations/{recommendation_id}/what-if", { ...idOf(id), body: asked ?? {}, signal })),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const standingQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, id, "standing"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/recommendations/{recommendation_id}/standing", { ...idOf(id), signal })),
    staleTime: 0,
    refetchOnWindowFocus: true,
  });

export const cardQuery = (id: string, isOpen: boolean) =>
  queryOptions({
    queryKey: [KEY, id, "card"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/recommendations/{recommendation_id}/model-card", { ...idOf(id), signal })),
    enabled: isOpen,
    staleTime: Infinity,
  });

export function useAsk() {
  return useMutation({
    mutationFn: (key: string) =>
      unwrap<Advice>(api.POST("/v1/recommendations", { params: { header: { "idempotency-key": key } }, body: {} })),
  });
}

export function useAccept() {
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST("/v1/recommendations/{recommendation_id}/accept", idOf(id))),
  });
}

export function useReject(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { code: RejectCode; note: string }) =>
      unwrap<Standing>(api.POST("/v1/recommendations/{recommendation_id}/reject", { ...idOf(id), body })),
    onSuccess: (standing) => {
      queries.setQueryData(standingQuery(id).queryKey, standing);
      void queries.invalidateQueries({ queryKey: historyQuery.queryKey });
      void queries.invalidateQueries({ queryKey: ["portfolio"] });
    },
  });
}

export function useAskPerson(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (message: string) => unwrap(api.POST("/v1/recommendations/{recommendation_id}/help", { ...idOf(id), body: { message } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: standingQuery(id).queryKey }),
  });
}

export const statementJson = (id: string): Promise<Blob> =>
  unwrap<Blob>(api.GET("/v1/recommendations/{recommendation_id}/statement", { ...idOf(id), parseAs: "blob" }));

export const statementPdf = (id: string): Promise<Blob> =>
  unwrap<Blob>(api.GET("/v1/recommendations/{recommendation_id}/statement.pdf", { ...idOf(id), parseAs: "blob" }));

export const deskQuery = queryOptions({
  queryKey: [DESK],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/advice-requests", { signal })),
  staleTime: 0,
});

export function useAnswer() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, message }: { id: string; message: string }) =>
      unwrap(api.POST("/v1/advice-requests/{recommendation_id}/answer", { ...idOf(id), body: { message } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: [DESK] }),
  });
}
