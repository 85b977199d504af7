// Everything the figures page asks of the API.
import { queryOptions } from "@tanstack/react-query";

import type { Range } from "@/features/analytics/model";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Cohorts = Schemas["CohortReportOut"];
export type Flows = Schemas["FlowReportOut"];
export type FraudFigures = Schemas["FraudReportOut"];
export type Coverage = Schemas["CoverageOut"];

// The worker brings the sums up to date every five minutes.
const REFRESH_MS = 300_000;

export const cohortsQuery = (range: Range) =>
  queryOptions({
    queryKey: ["analytics", "cohorts", range] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/v1/analytics/cohorts", { params: { query: range }, signal })),
    refetchInterval: REFRESH_MS,
  });

export const flowsQuery = (range: Range) =>
  queryOptions({
    queryKey: ["analytics", "flows", range] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/v1/analytics/flows", { params: { query: range }, signal })),
    refetchInterval: REFRESH_MS,
  });

export const fraudQuery = (range: Range) =>
  queryOptions({
    queryKey: ["analytics", "fraud", range] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/v1/analytics/fraud", { params: { query: range }, signal })),
    refetchInterval: REFRESH_MS,
  });
