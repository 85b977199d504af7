"use client";
// The answers under way, one collection for the page and the panel.
import { useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { settle, storedTurn } from "@/features/chat/queries";
import { Talks } from "@/features/chat/talks";
import type { Talk } from "@/features/chat/talks";
import { api, openEvents, postForEvents } from "@/lib/api/client";
import { unwrap } from "@/lib/api/unwrap";
import { accessToken, onTokenChange } from "@/lib/auth/token";
import { wait } from "@/lib/live/wait";

const made = new WeakMap<QueryClient, Talks>();

const at = (conversation: string) => `/v1/conversations/${encodeURIComponent(conversation)}`;

function talksOf(queries: QueryClient): Talks {
  const there = made.get(queries);
  if (there !== undefined) return there;
  const talks = new Talks({
    ask: (conversation, message, signal) => postForEvents(`${at(conversation)}/messages`, message, signal),
    follow: (conversation, turnId, lastId, signal) => openEvents(`${at(conversation)}/turns/${encodeURIComponent(turnId)}/events`, lastId, signal),
    stop: async (conversation_id, turn_id) => {
      await unwrap(api.POST("/v1/conversations/{conversation_id}/turns/{turn_id}/stop", { params: { path: { conversation_id, turn_id } } }));
    },
    stored: storedTurn,
    onOver: (conversation) => void settle(queries, conversation),
    wait,
    now: () => new Date().toISOString(),
  });
  // What was said to one person is not kept for the next.
  onTokenChange(() => {
    if (accessToken() === null) talks.forget();
  });
  made.set(queries, talks);
  return talks;
}

export function useTalks(): Talks {
  return talksOf(useQueryClient());
}

export function useTalk(conversation: string | null): readonly Talk[] {
  const talks = useTalks();
  return useSyncExternalStore(talks.subscribe, () => talks.of(conversation));
}
