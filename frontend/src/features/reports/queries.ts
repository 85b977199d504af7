// Everything the reports page asks of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { CustomerKind } from "@/features/reports/model";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/unwrap";
import { saveBlob } from "@/lib/download";

export const FORMS = ["pdf", "csv"] as const;
export type Form = (typeof FORMS)[number];
/** Whose reports: the customer's own, or those of the house for its staff. */
export type Shelf = "own" | "house";

const ALL = "reports";

export const reportsQuery = (shelf: Shelf, year: number) =>
  queryOptions({
    queryKey: [ALL, shelf, year] as const,
    queryFn: ({ signal }) => {
      const options = { params: { query: { year } }, signal };
      return unwrap(shelf === "own" ? api.GET("/v1/reports", options) : api.GET("/v1/analytics/reports", options));
    },
  });

export type Wanted = { shelf: "own"; kind: CustomerKind; period: string } | { shelf: "house"; period: string };

export function useMakeReport() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Wanted) =>
      unwrap(
        wanted.shelf === "own"
          ? api.POST("/v1/reports", { body: { kind: wanted.kind, period: wanted.period } })
          : api.POST("/v1/analytics/reports", { body: { kind: "fraud_kpi", period: wanted.period } }),
      ),
    onSuccess: (_, { shelf }) => queries.invalidateQueries({ queryKey: [ALL, shelf] }),
  });
}

export function useSaveReport(shelf: Shelf, id: string) {
  return useMutation({
    mutationFn: async (form: Form) => {
      saveBlob(`finnami-report-${id}.${form}`, await fetched(shelf, id, form));
    },
  });
}

function fetched(shelf: Shelf, id: string, form: Form): Promise<Blob> {
  const options = { params: { path: { report_id: id } }, parseAs: "blob" as const };
  if (shelf === "own") {
    return unwrap<Blob>(form === "pdf" ? api.GET("/v1/reports/{report_id}.pdf", options) : api.GET("/v1/reports/{report_id}.csv", options));
  }
  return unwrap<Blob>(
    form === "pdf" ? api.GET("/v1/analytics/reports/{report_id}.pdf", options) : api.GET("/v1/analytics/reports/{report_id}.csv", options),
  );
}
