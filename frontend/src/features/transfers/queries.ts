// Everything the money screens ask of the API.
import { infiniteQueryOptions, queryOptions, useQueryClient } from "@tanstack/react-query";

import { proofHeaders } from "@/components/use-money-action";
import type { Proof } from "@/components/use-money-action";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

type Schemas = components["schemas"];
export type Account = Schemas["AccountOut"];
export type Posting = Schemas["PostingOut"];
export type Movement = Schemas["MovementOut"];
export type MoveKind = "deposit" | "withdrawal" | "transfer";
export type MoveInput = { kind: MoveKind; amount: string; currency: string; payee_email: string; memo: string };

const keys = {
  accounts: ["accounts"] as const,
  postings: (id: string) => ["accounts", id, "postings"] as const,
};

export const accountsQuery = queryOptions({
  queryKey: keys.accounts,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/accounts", { signal })),
  refetchOnWindowFocus: true,
});

export const postingsQuery = (accountId: string) =>
  infiniteQueryOptions({
    queryKey: keys.postings(accountId),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/v1/accounts/{account_id}/postings", {
          params: { path: { account_id: accountId }, query: { before: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
    refetchOnWindowFocus: true,
  });

export function move(input: MoveInput, proof: Proof): Promise<Movement> {
  const { kind, amount, currency, payee_email, memo } = input;
  const header = proofHeaders(proof);
  if (kind === "transfer") {
    return unwrap(api.POST("/v1/transfers", { params: { header }, body: { amount, currency, payee_email, memo } }));
  }
  const path = kind === "deposit" ? "/v1/deposits" : "/v1/withdrawals";
  return unwrap(api.POST(path, { params: { header }, body: { amount, currency } }));
}

/** After money moved, everything that shows money is asked again. */
export function useMoneyChanged(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ["accounts", "portfolio", "orders"]) void queries.invalidateQueries({ queryKey: [key] });
  };
}
