// Brings a demo person's transfer to a hold: a busy hour of small payments, then one more.
import { expect } from "@playwright/test";
import type { APIRequestContext, APIResponse } from "@playwright/test";

import { finnami } from "./finnami";
import type { Login } from "./finnami";
import type { Authenticator } from "./totp";

async function post(api: APIRequestContext, token: string, path: string, data: object, headers: Record<string, string>): Promise<APIResponse> {
  for (;;) {
    const answer = await api.post(path, { data, headers: { authorization: `Bearer ${token}`, ...headers } });
    if (answer.status() !== 429) return answer;
    // The limit protects the server; a test waits like any other client.
    await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers()["retry-after"] ?? "1")));
  }
}

/** Move money by the API, with a fresh code when it is asked for. */
async function move(api: APIRequestContext, token: string, app: Authenticator, path: string, data: object): Promise<{ movement_id: string; state: string }> {
  const key = { "idempotency-key": crypto.randomUUID() };
  const first = await post(api, token, path, data, key);
  if (first.ok()) return first.json();
  const { code, action, params } = await first.json();
  expect(code).toBe("step_up_required");
  const granted = await post(api, token, "/v1/me/step-up", { action, params, code: await app.code() }, {});
  const { grant } = await granted.json();
  const second = await post(api, token, path, data, { ...key, "x-step-up-grant": grant });
  expect(second.ok(), await second.text()).toBe(true);
  return second.json();
}

export async function holdTransfer(api: APIRequestContext, login: Login, app: Authenticator, payee: string, amount: string): Promise<string> {
  finnami("demo", "busy");
  const asked = await api.post("/v1/auth/login", { data: { email: login.email, password: login.password, transport: "body" } });
  const { challenge } = await asked.json();
  const signedIn = await api.post("/v1/auth/login/totp", { data: { challenge, code: await app.code() } });
  const token = (await signedIn.json()).access_token as string;
  const held = await move(api, token, app, "/v1/transfers", { amount, currency: "USD", payee_email: payee, memo: "" });
  expect(held.state).toBe("held");
  return held.movement_id;
}
