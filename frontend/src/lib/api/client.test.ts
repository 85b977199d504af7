import { http, HttpResponse } from "msw";

import { api } from "@/lib/api/client";
import { ApiError } from "@/lib/api/problem";
import { unwrap } from "@/lib/api/unwrap";
import { accessToken, setAccessToken } from "@/lib/auth/token";
import { refuses, server, withServer } from "@/testing/server";

withServer();
afterEach(() => setAccessToken(null));

function me(request: Request) {
  const good = request.headers.get("Authorization") === "Bearer token-2";
  if (good) return HttpResponse.json({ id: "u1" });
  return HttpResponse.json({ code: "unauthenticated", detail: "no" }, { status: 401 });
}

function countedRefresh(status = 200) {
  const seen = { count: 0 };
  const handler = http.post("*/v1/auth/refresh", ({ request }) => {
    seen.count += 1;
    expect(request.headers.get("X-FinNami")).toBe("1");
    if (status !== 200) return HttpResponse.json({ code: "refresh_invalid", detail: "" }, { status });
    return HttpResponse.json({ access_token: "token-2", expires_in: 600 });
  });
  return { seen, handler };
}

test("many first calls share one refresh and all carry its token", async () => {
  const { seen, handler } = countedRefresh();
  server.use(handler, http.get("*/v1/me", ({ request }) => me(request)));
  const all = await Promise.all(Array.from({ length: 5 }, () => unwrap(api.GET("/v1/me"))));
  expect(all).toHaveLength(5);
  expect(seen.count).toBe(1);
});

test("a token that the server no longer takes is refreshed once and the call repeated", async () => {
  const { seen, handler } = countedRefresh();
  server.use(handler, http.get("*/v1/me", ({ request }) => me(request)));
  setAccessToken({ value: "token-1", expiresAt: Date.now() + 600_000 });
  await expect(unwrap(api.GET("/v1/me"))).resolves.toEqual({ id: "u1" });
  expect(seen.count).toBe(1);
  expect(accessToken()?.value).toBe("token-2");
});

test("when the refresh is refused the caller hears 401 and no token stays", async () => {
  const { seen, handler } = countedRefresh(401);
  server.use(handler, http.get("*/v1/me", ({ request }) => me(request)));
  setAccessToken({ value: "token-1", expiresAt: Date.now() + 600_000 });
  await expect(unwrap(api.GET("/v1/me"))).rejects.toMatchObject({ status: 401 });
  expect(seen.count).toBe(1);
  expect(accessToken()).toBeNull();
});

test("problem+json becomes an ApiError with its code, fields and request id", async () => {
  const { handler } = countedRefresh();
  server.use(handler, refuses("/v1/me", 403, "not_cleared", { missing: ["kyc"], retry_after_s: 3 }));
  const error = await unwrap(api.GET("/v1/me")).catch((refusal: unknown) => refusal);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "not_cleared", status: 403, requestId: "req-1", retryAfter: 3 });
  expect((error as ApiError).fields.missing).toEqual(["kyc"]);
});

test("no connection is an ApiError of its own", async () => {
  const { handler } = countedRefresh();
  server.use(handler, http.get("*/v1/me", () => HttpResponse.error()));
  await expect(unwrap(api.GET("/v1/me"))).rejects.toMatchObject({ code: "network", status: 0 });
});
