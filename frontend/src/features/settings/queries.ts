// Everything the settings screens ask of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/unwrap";
import { freezeQuery } from "@/lib/freeze";
import type { Freeze } from "@/lib/freeze";

const sessionsKey = ["login-sessions"] as const;

export const sessionsQuery = queryOptions({
  queryKey: sessionsKey,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/me/sessions", { signal })),
  staleTime: 0,
});

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/v1/me/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
}

export function useEndOthers() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/me/sessions")),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
}

/** Keeps what a change answered; an older answer still on its way must not overwrite it. */
export function useKeepFreeze() {
  const queries = useQueryClient();
  return async (freeze: Freeze) => {
    await queries.cancelQueries({ queryKey: freezeQuery.queryKey });
    queries.setQueryData(freezeQuery.queryKey, freeze);
  };
}

export function useFreeze() {
  const keep = useKeepFreeze();
  return useMutation({ mutationFn: () => unwrap(api.PUT("/v1/me/freeze")), onSuccess: keep });
}

export function liftFreeze(grant: string | null): Promise<Freeze> {
  return unwrap(api.DELETE("/v1/me/freeze", { params: { header: { "x-step-up-grant": grant } } }));
}
