// Everything the fraud screens ask of the API.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { Proof } from "@/components/use-money-action";
import { queryOf } from "@/features/fraud/model";
import type { QueueFilter } from "@/features/fraud/model";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";
import { confirmationsKey } from "@/lib/confirmations";

type Schemas = components["schemas"];
export type FraudCase = Schemas["FraudCaseOut"];
export type Entry = Schemas["FraudCaseEntryOut"];
export type Explanation = Schemas["ExplanationOut"];
export type Normal = Schemas["NormalOut"];
export type SimilarCase = Schemas["SimilarCaseOut"];
export type WouldPass = Schemas["WouldPassOut"];
export type Change = Schemas["ChangeOut"];
export type LinkGraph = Schemas["LinkGraphOut"];
export type Notice = Schemas["PaymentNoticeOut"];
export type Answer = Schemas["ConfirmationAnswerOut"];

const keys = {
  all: ["fraud"] as const,
  queue: (filter: QueueFilter) => ["fraud", "queue", filter] as const,
  case: (id: string) => ["fraud", "case", id] as const,
};

export const queueQuery = (filter: QueueFilter) =>
  infiniteQueryOptions({
    queryKey: keys.queue(filter),
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET("/v1/fraud/cases", { params: { query: { ...queryOf(filter), after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_after ?? undefined,
    staleTime: 0,
    refetchOnWindowFocus: true,
  });

const one = (id: string) => ({ path: { case_id: id } });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: keys.case(id),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}", { params: one(id), signal })),
    staleTime: 0,
  });

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "timeline"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}/timeline", { params: one(id), signal })),
    staleTime: 0,
  });

export const explanationQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "explanation"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}/explanation", { params: one(id), signal })),
  });

export const similarQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "similar"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}/similar", { params: one(id), signal })),
  });

export const wouldPassQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "would-pass"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}/would-pass", { params: one(id), signal })),
  });

export const graphQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.case(id), "graph"],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/fraud/cases/{case_id}/graph", { params: one(id), signal })),
  });

/** After an act everything of the fraud desk is asked again. */
export function useDeskChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: keys.all });
}

function useCaseWork<In>(work: (input: In) => Promise<FraudCase>) {
  const changed = useDeskChanged();
  // Also after a refusal: somebody else may have been quicker, and the screen should show it.
  return useMutation({ mutationFn: work, onSettled: changed });
}

export function useClaim(id: string) {
  return useCaseWork((body: Schemas["ClaimIn"]) =>
    unwrap(api.POST("/v1/fraud/cases/{case_id}/claim", { params: one(id), body })),
  );
}

export function useUnclaim(id: string) {
  return useCaseWork<void>(() => unwrap(api.DELETE("/v1/fraud/cases/{case_id}/claim", { params: one(id) })));
}

export function useNote(id: string) {
  return useCaseWork((text: string) => unwrap(api.POST("/v1/fraud/cases/{case_id}/notes", { params: one(id), body: { text } })));
}

export function useEscalate(id: string) {
  return useCaseWork((text: string) => unwrap(api.POST("/v1/fraud/cases/{case_id}/escalation", { params: one(id), body: { text } })));
}

export function useAskCustomer(id: string) {
  return useCaseWork<void>(() => unwrap(api.POST("/v1/fraud/cases/{case_id}/question", { params: one(id) })));
}

export function useLink(id: string) {
  return useCaseWork((body: Schemas["LinkIn"]) => unwrap(api.POST("/v1/fraud/cases/{case_id}/links", { params: one(id), body })));
}

export function useUnmask(id: string) {
  return useMutation({
    mutationFn: (body: Schemas["UnmaskIn"]) => unwrap(api.POST("/v1/fraud/cases/{case_id}/unmask", { params: one(id), body })),
  });
}

export type Decision = { second: boolean; yes: boolean; note: string };

/** Release or refuse; the second person agrees or disagrees. Both need a fresh code. */
export function decide(id: string, { second, yes, note }: Decision, { grant }: Proof): Promise<FraudCase> {
  const params = { ...one(id), header: { "x-step-up-grant": grant } };
  return second
    ? unwrap(api.POST("/v1/fraud/cases/{case_id}/second-decision", { params, body: { agree: yes, note } }))
    : unwrap(api.POST("/v1/fraud/cases/{case_id}/decision", { params, body: { release: yes, note } }));
}

export const confirmationQuery = (id: string) =>
  queryOptions({
    queryKey: [...confirmationsKey, id],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/confirmations/{movement_id}", { params: { path: { movement_id: id } }, signal })),
    staleTime: 0,
  });

export const noticeQuery = (decisionId: string) =>
  queryOptions({
    queryKey: [...confirmationsKey, "notice", decisionId],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/v1/payment-decisions/{decision_id}/notice", { params: { path: { decision_id: decisionId } }, signal })),
    staleTime: 0,
  });

/** Once a payment: a repeat returns the first request. */
export function useAskReview(decisionId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (message: string) =>
      unwrap(api.POST("/v1/payment-decisions/{decision_id}/review", { params: { path: { decision_id: decisionId } }, body: { message } })),
    onSuccess: (notice) => queries.setQueryData(noticeQuery(decisionId).queryKey, notice),
  });
}

export function useAnswer(id: string) {
  return useMutation({
    mutationFn: (body: Schemas["ConfirmationAnswerIn"]) =>
      unwrap(api.POST("/v1/confirmations/{movement_id}/answer", { params: { path: { movement_id: id } }, body })),
  });
}
