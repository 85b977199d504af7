// A stand-in for the API in tests: answers are typed by the generated schema, unknown calls fail the test.
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";

import type { components } from "@/lib/api/schema";

export type Schemas = components["schemas"];

export const server = setupServer();

export function withServer(): void {
  beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
}

export function answers<T extends object>(path: string, body: T) {
  return http.get(`*${path}`, () => HttpResponse.json(body));
}

export function refuses(path: string, status: number, code: string, more: object = {}) {
  const body = { type: "about:blank", title: code, status, code, detail: code, request_id: "req-1", ...more };
  return http.all(`*${path}`, () =>
    HttpResponse.json(body, { status, headers: { "content-type": "application/problem+json" } }),
  );
}

/** The refresh cookie is good: every call gets a token first. */
export const signedIn = http.post("*/v1/auth/refresh", () =>
  HttpResponse.json({ status: "signed_in", access_token: "token-1", expires_in: 600 }),
);
