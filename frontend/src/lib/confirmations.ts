// Payments that wait for the customer's own word; asked by the shell's banner and by the screen itself.
import { queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type Confirmation = components["schemas"]["ConfirmationOut"];

export const confirmationsKey = ["confirmations"] as const;
const WATCH_MS = 30_000;

export const confirmationsQuery = queryOptions({
  queryKey: confirmationsKey,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/confirmations", { signal })),
  refetchInterval: WATCH_MS,
});
