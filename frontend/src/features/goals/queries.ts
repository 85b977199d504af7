// Everything the goal screens ask of the API.
import { keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Goal = Schemas["GoalOut"];
export type Projection = Schemas["ProjectionOut"];
export type FanPoint = Schemas["FanPointOut"];
export type Frequency = Schemas["FrequencyOut"];
export type Wish = Schemas["WishIn"];
export type WhatIf = Schemas["GoalPreviewIn"];

const KEY = "goals";

export const goalsQuery = queryOptions({
  queryKey: [KEY, "list"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/goals", { signal })),
  refetchOnWindowFocus: true,
});

export const goalQuery = (goalId: string) =>
  queryOptions({
    queryKey: [KEY, "one", goalId],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/goals/{goal_id}", { params: { path: { goal_id: goalId } }, signal })),
  });

/** Projections are asked under the goal's version: a change is another question. */
export const projectionQuery = (goal: Goal, wantedPercent: number) =>
  queryOptions({
    queryKey: [KEY, "projection", goal.goal_id, goal.version, wantedPercent],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/v1/goals/{goal_id}/projection", {
          params: { path: { goal_id: goal.goal_id }, query: { wanted_percent: wantedPercent } },
          signal,
        }),
      ),
    enabled: goal.state === "open",
    placeholderData: keepPreviousData,
  });

/** A what-if: nothing is kept. The last answer stays on the screen until the next one is there. */
export const previewQuery = (asked: WhatIf | null) =>
  queryOptions({
    queryKey: [KEY, "preview", asked],
    queryFn: ({ signal }) => unwrap(api.POST("/v1/goals/preview", { body: asked as WhatIf, signal })),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

/** The currency that prices are in: goals are projected in no other. */
export const currencyQuery = queryOptions({
  queryKey: ["portfolio"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/portfolio", { signal })),
  staleTime: 0,
});

export function createGoal(wish: Wish, key: string): Promise<Goal> {
  return unwrap(api.POST("/v1/goals", { params: { header: { "idempotency-key": key } }, body: wish }));
}

export function changeGoal(goal: Goal, wish: Wish): Promise<Goal> {
  const path = { goal_id: goal.goal_id };
  return unwrap(api.PUT("/v1/goals/{goal_id}", { params: { path }, body: { ...wish, version: goal.version } }));
}

export function archiveGoal(goalId: string): Promise<Goal> {
  return unwrap(api.DELETE("/v1/goals/{goal_id}", { params: { path: { goal_id: goalId } } }));
}

/** After a goal was kept, changed or archived: its new form at once, the list asked again. */
export function useGoalKept(): (goal: Goal) => void {
  const queries = useQueryClient();
  return (goal) => {
    queries.setQueryData(goalQuery(goal.goal_id).queryKey, goal);
    void queries.invalidateQueries({ queryKey: goalsQuery.queryKey });
  };
}
