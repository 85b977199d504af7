// Everything the chat asks of the API but the streams themselves (talks.ts).
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";

import { proofHeaders } from "@/components/use-money-action";
import type { Proof } from "@/components/use-money-action";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";
import { saveBlob } from "@/lib/download";

type Schemas = components["schemas"];
export type Conversation = Schemas["ConversationOut"];
export type StoredTurn = Schemas["TurnOut"];
export type Hit = Schemas["HitOut"];
export type Cited = Schemas["CitationOut"];

const ALL = "chat";
const keys = {
  list: [ALL, "conversations"] as const,
  messages: (id: string) => [ALL, "messages", id] as const,
};

export const conversationsQuery = infiniteQueryOptions({
  queryKey: keys.list,
  queryFn: ({ pageParam, signal }) => unwrap(api.GET("/v1/conversations", { params: { query: { before: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_before ?? undefined,
});

export const messagesQuery = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: keys.messages(conversationId),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/v1/conversations/{conversation_id}/messages", {
          params: { path: { conversation_id: conversationId }, query: { before: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
  });

export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: [ALL, "search", words] as const,
    queryFn: ({ signal }) => unwrap(api.POST("/v1/conversations/search", { body: { words }, signal })),
    enabled: words.length >= 2,
  });

export type Action = Schemas["ActionOut"];

/** A drafted action as it stands now; what was said in the conversation is how it stood then. */
export const actionQuery = (actionId: string) =>
  queryOptions({
    queryKey: [ALL, "action", actionId] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/v1/actions/{action_id}", { params: { path: { action_id: actionId } }, signal })),
  });

export function confirmAction(actionId: string, proof: Proof): Promise<Action> {
  return unwrap(api.POST("/v1/actions/{action_id}/confirm", { params: { path: { action_id: actionId }, header: proofHeaders(proof) } }));
}

export function useCancelAction(actionId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/v1/actions/{action_id}/cancel", { params: { path: { action_id: actionId } } })),
    onSuccess: (action) => queries.setQueryData(actionQuery(actionId).queryKey, action),
    onError: () => queries.invalidateQueries({ queryKey: actionQuery(actionId).queryKey }),
  });
}

/** After an action, everything that shows money, goals or devices is asked again. */
export function useActed(): (action: Action) => void {
  const queries = useQueryClient();
  return (action) => {
    queries.setQueryData(actionQuery(action.action_id).queryKey, action);
    for (const key of ["accounts", "portfolio", "orders", "goals", "confirmations", "me", "freeze"]) void queries.invalidateQueries({ queryKey: [key] });
  };
}

export function useBegin() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/v1/conversations", { body: {} })) });
}

export function useRename(conversationId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (title: string) =>
      unwrap(api.PATCH("/v1/conversations/{conversation_id}", { params: { path: { conversation_id: conversationId } }, body: { title } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.list }),
  });
}

export function useForget(conversationId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/conversations/{conversation_id}", { params: { path: { conversation_id: conversationId } } })),
    onSuccess: async () => {
      // Emptied, not removed: the thread may still be there and would ask for what is gone.
      queries.setQueryData(messagesQuery(conversationId).queryKey, { pages: [], pageParams: [] });
      queries.removeQueries({ queryKey: [ALL, "search"] });
      await queries.invalidateQueries({ queryKey: keys.list });
    },
  });
}

export function useExport(conversationId: string) {
  return useMutation({
    mutationFn: async () => {
      const options = { params: { path: { conversation_id: conversationId } }, parseAs: "blob" as const };
      const file = await unwrap<Blob>(api.GET("/v1/conversations/{conversation_id}/export", options));
      saveBlob(`finnami-conversation-${conversationId}.json`, file);
    },
  });
}

/** After an answer, the conversation and the list stand differently on the server. */
export async function settle(queries: QueryClient, conversationId: string): Promise<void> {
  const changed = [keys.messages(conversationId), keys.list];
  await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
}

/** One stored turn, looked for among the newest. */
export async function storedTurn(conversationId: string, turnId: string): Promise<StoredTurn | undefined> {
  const path = { conversation_id: conversationId };
  const page = await unwrap(api.GET("/v1/conversations/{conversation_id}/messages", { params: { path } }));
  return page.turns.find((turn) => turn.turn_id === turnId);
}

/** What can be cited; a figure of another source has no row of its own. */
export type Openable = { source: string; ref: string };

export const citedQuery = ({ source, ref }: Openable) =>
  queryOptions({
    queryKey: [ALL, "cited", source, ref] as const,
    queryFn: ({ signal }) => cited(source, ref, signal),
    staleTime: 0,
  });

export type Row =
  | { kind: "cited"; cited: Cited }
  | { kind: "portfolio"; portfolio: Schemas["PortfolioOut"] }
  | { kind: "performance"; performance: Schemas["PerformanceOut"] }
  | { kind: "fees"; fees: Schemas["FeesOut"] }
  | { kind: "goal"; projection: Schemas["ProjectionOut"] };

async function cited(source: string, ref: string, signal: AbortSignal): Promise<Row> {
  if (source === "goal") {
    const params = { path: { goal_id: ref } };
    return { kind: "goal", projection: await unwrap(api.GET("/v1/goals/{goal_id}/projection", { params, signal })) };
  }
  if (source === "portfolio") {
    const [report, first, last] = ref.split(":");
    const params = { query: { first, last } };
    if (report === "performance") return { kind: "performance", performance: await unwrap(api.GET("/v1/portfolio/performance", { params, signal })) };
    if (report === "fees") return { kind: "fees", fees: await unwrap(api.GET("/v1/portfolio/fees", { params, signal })) };
    return { kind: "portfolio", portfolio: await unwrap(api.GET("/v1/portfolio", { signal })) };
  }
  const params = { path: { source: source as Schemas["CitedSource"], ref } };
  return { kind: "cited", cited: await unwrap(api.GET("/v1/citations/{source}/{ref}", { params, signal })) };
}
