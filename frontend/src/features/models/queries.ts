// Everything the model desk asks of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { Proof } from "@/components/use-money-action";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Desk = Schemas["ModelDeskOut"];
export type StoredVersion = Schemas["ModelVersionOut"];
export type Model = Schemas["ModelOut"];
export type Report = Schemas["ModelReportOut"];
export type ColumnDrift = Schemas["ColumnDriftOut"];
// The client widens pairs to lists.
export type Comparison = Omit<Schemas["ComparisonOut"], "precision_gain" | "cost_saving"> & Record<"precision_gain" | "cost_saving", number[]>;
export type Monitor = Omit<Schemas["ModelMonitorOut"], "comparison"> & { comparison: Comparison | null };
export type Change = Schemas["ModelChangeOut"];
export type ChangeIn = Schemas["ModelChangeIn"];
export type ShadowIn = Schemas["ShadowIn"];

const keys = {
  all: ["models"] as const,
  desk: ["models", "desk"] as const,
  monitor: ["models", "monitor"] as const,
  changes: ["models", "changes"] as const,
  version: (version: string) => ["models", "version", version] as const,
};

// A process follows a change within five seconds; until then the desk looks again by itself.
const FOLLOW_MS = 3_000;
const DESK_MS = 15_000;
const WATCH_MS = 60_000;
const COLLEAGUE_MS = 10_000;

export const deskQuery = queryOptions({
  queryKey: keys.desk,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/models/fraud", { signal })),
  refetchInterval: ({ state: { data } }) => (data !== undefined && data.judging_here !== data.version ? FOLLOW_MS : DESK_MS),
  staleTime: 0,
});

export const monitorQuery = queryOptions({
  queryKey: keys.monitor,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/models/fraud/monitor", { signal })),
  refetchInterval: WATCH_MS,
  staleTime: 0,
});

export const changesQuery = queryOptions({
  queryKey: keys.changes,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/models/fraud/changes", { signal })),
  // The second person sits somewhere else: her answer shows without a reload.
  refetchInterval: ({ state: { data } }) => (data?.some((change) => change.state === "asked") === true ? COLLEAGUE_MS : WATCH_MS),
  staleTime: 0,
});

export const versionQuery = (version: string) =>
  queryOptions({
    queryKey: keys.version(version),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/models/fraud/versions/{version}", { params: { path: { version } }, signal })),
  });

/** After an act everything of the desk is asked again. */
export function useDeskChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: keys.all });
}

export function useShadow() {
  const changed = useDeskChanged();
  return useMutation({ mutationFn: (body: ShadowIn) => unwrap(api.PUT("/v1/models/fraud/shadow", { body })), onSettled: changed });
}

export function useAsk() {
  const changed = useDeskChanged();
  return useMutation({ mutationFn: (body: ChangeIn) => unwrap(api.POST("/v1/models/fraud/changes", { body })), onSettled: changed });
}

export type Decision = "agree" | "disagree";

/** Carry a change out or turn it down; both need a fresh code. */
export function decideChange(id: string, decision: Decision, { grant }: Proof): Promise<Change> {
  const params = { path: { change_id: id }, header: { "x-step-up-grant": grant } };
  return unwrap(api.POST("/v1/models/fraud/changes/{change_id}/decision", { params, body: { decision } }));
}
