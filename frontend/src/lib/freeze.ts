// Whether a person has frozen her own money; asked by the shell's banner and by the card that lifts it.
import { queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type Freeze = components["schemas"]["FreezeOut"];

export const freezeKey = ["freeze"] as const;
/** Another of her devices may freeze it too. */
const WATCH_MS = 60_000;

export const freezeQuery = queryOptions({
  queryKey: freezeKey,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/me/freeze", { signal })),
  staleTime: 0,
  refetchInterval: WATCH_MS,
});
