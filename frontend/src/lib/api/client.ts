// The typed client of /v1: bearer from memory, one refresh before the first call and one after a 401.
import createClient from "openapi-fetch";
import type { Middleware } from "openapi-fetch";

import type { paths } from "@/lib/api/schema";
import { refreshOnce } from "@/lib/auth/refresh";
import { accessToken, setAccessToken } from "@/lib/auth/token";

const TIMEOUT_MS = 20_000;
// A token this close to its end would expire on the way.
const MARGIN_MS = 5_000;

async function freshToken(): Promise<string | null> {
  const token = accessToken();
  if (token !== null && token.expiresAt - MARGIN_MS > Date.now()) return token.value;
  await refreshOnce();
  return accessToken()?.value ?? null;
}

function isPublic(path: string): boolean {
  return path.startsWith("/v1/auth/") || path.startsWith("/v1/sandbox/");
}

function authorised(request: Request, token: string | null): Request {
  const copy = request.clone();
  if (token !== null) copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}

async function send(request: Request): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return fetch(new Request(request, { signal }));
}

/** Sends with the caller's token; after a 401 refreshes once and repeats once. */
export async function sendAuthorised(request: Request): Promise<Response> {
  if (isPublic(new URL(request.url).pathname)) return send(request);
  const first = await send(authorised(request, await freshToken()));
  if (first.status !== 401) return first;
  if ((await refreshOnce()) !== "signed_in") {
    setAccessToken(null);
    return first;
  }
  return send(authorised(request, accessToken()?.value ?? null));
}

const requestIds: Middleware = {
  onRequest({ request }) {
    request.headers.set("X-Request-Id", crypto.randomUUID().replaceAll("-", ""));
    return request;
  },
};

function origin(): string {
  return typeof window === "undefined" ? "http://localhost" : window.location.origin;
}

export const api = createClient<paths>({ baseUrl: origin(), fetch: sendAuthorised });
api.use(requestIds);

/** Header of a form that moves money: one key per form until it succeeds, so a repeat never acts twice. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
