// How server state is kept: fresh for half a minute, retried once and only when the server says it may work later.
import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/lib/api/problem";

const MAX_WAIT_MS = 10_000;

export function mayRetry(failures: number, error: unknown): boolean {
  if (failures >= 1 || !(error instanceof ApiError)) return false;
  if (error.status === 0) return true;
  return [502, 503, 504].includes(error.status) && error.retryAfter !== null;
}

export function retryDelay(_failures: number, error: unknown): number {
  const asked = error instanceof ApiError && error.retryAfter !== null ? error.retryAfter * 1000 : 1000;
  return Math.min(asked, MAX_WAIT_MS);
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, retry: mayRetry, retryDelay, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
