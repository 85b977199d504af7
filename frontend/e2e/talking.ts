// Steps of every journey that talks: a message sent and its answer waited for, money looked at by the API.
import { expect } from "@playwright/test";
import type { APIRequestContext, Locator, Page } from "@playwright/test";

import type { Login } from "./finnami";
import type { Authenticator } from "./totp";

// A step-up that is asked for, and the cuts and refusals this journey makes itself, are failed requests, not defects.
export const EXPECTED = [/the server responded with a status of 40[139]/, /net::ERR_(FAILED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_CLOSED)/];
export const CHAT = "/en/app/chat";

export const turns = (page: Page): Locator => page.getByTestId("turn");
export const field = (page: Page): Locator => page.getByLabel("Your message");

export async function ask(page: Page, text: string): Promise<Locator> {
  const before = await turns(page).count();
  await field(page).fill(text);
  await field(page).press("Enter");
  await expect(turns(page)).toHaveCount(before + 1);
  const turn = turns(page).last();
  await expect(turn.getByRole("article")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
  return turn;
}

/** What stands in her accounts, told by the API. */
export async function available(api: APIRequestContext, token: string): Promise<string> {
  const answer = await api.get("/v1/accounts", { headers: { authorization: `Bearer ${token}` } });
  expect(answer.ok(), await answer.text()).toBe(true);
  const accounts = (await answer.json()) as { kind: string; available: string }[];
  return accounts.find((one) => one.kind === "cash")?.available ?? "0";
}

export async function tokenOf(api: APIRequestContext, login: Login, app: Authenticator): Promise<string> {
  const asked = await api.post("/v1/auth/login", { data: { email: login.email, password: login.password, transport: "body" } });
  const { challenge } = await asked.json();
  const signedIn = await api.post("/v1/auth/login/totp", { data: { challenge, code: await app.code() } });
  return (await signedIn.json()).access_token as string;
}

/** A transfer by the API, with a fresh code when it is asked for. */
export async function pay(api: APIRequestContext, token: string, app: Authenticator, data: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "idempotency-key": crypto.randomUUID() };
  const deposit = { amount: "20.00", currency: "USD" };
  for (const [path, body] of [["/v1/deposits", deposit], ["/v1/transfers", data]] as const) {
    const key = { ...headers, "idempotency-key": crypto.randomUUID() };
    const first = await api.post(path, { data: body, headers: key });
    if (first.ok()) continue;
    const { action, params } = await first.json();
    const granted = await api.post("/v1/me/step-up", { data: { action, params, code: await app.code() }, headers });
    expect(granted.ok(), await granted.text()).toBe(true);
    const second = await api.post(path, { data: body, headers: { ...key, "x-step-up-grant": (await granted.json()).grant } });
    expect(second.ok(), await second.text()).toBe(true);
  }
}
