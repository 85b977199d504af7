// Everything the import screen asks of the API.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type ImportIn = Schemas["ImportIn"];
export type Preview = Schemas["ImportPreviewOut"];
export type ImportRow = Schemas["ImportRowOut"];
export type Import = Schemas["ImportOut"];
export type Elsewhere = Schemas["ElsewhereOut"];

const keys = { all: ["imports"] as const };
export const importKeys = keys;

export const importsQuery = queryOptions({
  queryKey: [...keys.all, "list"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/imports", { signal })),
});

export const elsewhereQuery = queryOptions({
  queryKey: [...keys.all, "elsewhere"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/imports/elsewhere", { signal })),
});

/** What would become of a file. The file itself is not part of the key: its number is. */
export const previewQuery = (file: number, body: ImportIn) =>
  queryOptions({
    queryKey: [...keys.all, "preview", file, { ...body, content: "" }],
    queryFn: ({ signal }) => unwrap(api.POST("/v1/imports/preview", { body, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const refusedQuery = (importId: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.all, "refused", importId],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/v1/imports/{import_id}/rows", {
          params: { path: { import_id: importId }, query: { after: pageParam, limit: 100, outcome: "refused" } },
          signal,
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_after ?? undefined,
  });

export function keep(body: ImportIn, key: string): Promise<Import> {
  return unwrap(api.POST("/v1/imports", { params: { header: { "idempotency-key": key } }, body }));
}

export function undo(importId: string): Promise<Import> {
  return unwrap(api.POST("/v1/imports/{import_id}/undo", { params: { path: { import_id: importId } } }));
}

/** The lossless export, as the bytes of a file. */
export function exported(importId: string): Promise<Blob> {
  const params = { path: { import_id: importId }, query: { format: "csv" as const } };
  return unwrap(api.GET("/v1/imports/{import_id}/export", { params, parseAs: "blob" })) as Promise<Blob>;
}
