// Who is signed in: asked once, shared by the shell and every feature.
import { queryOptions } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type Me = components["schemas"]["Me"];

export const meKey = ["me"] as const;

export const meQuery = queryOptions({
  queryKey: meKey,
  queryFn: ({ signal }) => unwrap(api.GET("/v1/me", { signal })),
});
