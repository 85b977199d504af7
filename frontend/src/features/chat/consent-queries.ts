// Who outside might word answers, what she agreed to, and what would leave: asked of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Provider = Schemas["ProviderOut"];
export type ConsentText = Schemas["ConsentTextOut"];
export type Consent = Schemas["ConsentOut"];
export type Count = Schemas["RedactedCountOut"];

const keys = { provider: (locale: string) => ["chat", "provider", locale] as const, consent: ["chat", "consent"] as const };

export const providerQuery = (locale: string) =>
  queryOptions({
    queryKey: keys.provider(locale),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/chat/provider", { params: { query: { locale } }, signal })),
    staleTime: Infinity,
  });

export const consentQuery = queryOptions({
  queryKey: keys.consent,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/chat/consent", { signal })),
});

type Given = { provider: string; version: string; language: string; share_figures: boolean };

export function useGiveConsent() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Given) => unwrap(api.PUT("/v1/chat/consent", { body })),
    onSuccess: (consent) => queries.setQueryData(keys.consent, consent),
  });
}

export function useWithdrawConsent() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/chat/consent")),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.consent }),
  });
}

export function useRedactionPreview() {
  return useMutation({
    mutationFn: (body: { text: string; locale: string; share_figures: boolean }) => unwrap(api.POST("/v1/chat/redaction-preview", { body })),
  });
}
