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

type Send = (request: Request) => Promise<Response>;

const send: Send = (request) => {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return fetch(new Request(request, { signal }));
};

/** The limit holds until the answer begins; what follows may take as long as it likes. */
const sendOpenEnded: Send = async (request) => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  try {
    return await fetch(new Request(request, { signal: AbortSignal.any([request.signal, limit.signal]) }));
  } finally {
    clearTimeout(timer);
  }
};

/** Sends with the caller's token; after a 401 refreshes once and repeats once. */
export async function sendAuthorised(request: Request, by: Send = send): Promise<Response> {
  if (isPublic(new URL(request.url).pathname)) return by(request);
  const first = await by(authorised(request, await freshToken()));
  if (first.status !== 401) return first;
  if ((await refreshOnce()) !== "signed_in") {
    setAccessToken(null);
    return first;
  }
  return by(authorised(request, accessToken()?.value ?? null));
}

/** Opens a stream of events with the caller's token, which an EventSource could not send. */
export function openEvents(path: string, lastId: string | null, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: "text/event-stream" });
  if (lastId !== null) headers.set("Last-Event-ID", lastId);
  return sendAuthorised(new Request(new URL(path, origin()), { headers, signal, cache: "no-store" }), sendOpenEnded);
}

/** Sends a body whose answer is a stream of events. */
export function postForEvents(path: string, body: object, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: "text/event-stream", "Content-Type": "application/json" });
  const request = new Request(new URL(path, origin()), { method: "POST", body: JSON.stringify(body), headers, signal, cache: "no-store" });
  return sendAuthorised(request, sendOpenEnded);
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

export const api = createClient<paths>({ baseUrl: origin(), fetch: (request) => sendAuthorised(request) });
api.use(requestIds);

/** Header of a form that moves money: one key per form until it succeeds, so a repeat never acts twice. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
