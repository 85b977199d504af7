// Trades the refresh cookie for an access token: one request at a time, in this tab and across tabs.
import { setAccessToken } from "@/lib/auth/token";

const PATH = "/v1/auth/refresh";
const LOCK = "finnami-refresh";
const TIMEOUT_MS = 10_000;

export type RefreshOutcome = "signed_in" | "signed_out" | "unreachable";

let flight: Promise<RefreshOutcome> | null = null;

async function ask(): Promise<RefreshOutcome> {
  let response: Response;
  try {
    response = await fetch(PATH, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-FinNami": "1" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return "unreachable";
  }
  if (response.status >= 500 || response.status === 429) return "unreachable";
  const body: unknown = response.status === 200 ? await response.json() : null;
  if (!isGrant(body)) {
    setAccessToken(null);
    return "signed_out";
  }
  setAccessToken({ value: body.access_token, expiresAt: Date.now() + body.expires_in * 1000 });
  return "signed_in";
}

function isGrant(body: unknown): body is { access_token: string; expires_in: number } {
  const grant = body as { access_token?: unknown; expires_in?: unknown } | null;
  return typeof grant?.access_token === "string" && typeof grant.expires_in === "number";
}

async function oneTabAtATime(): Promise<RefreshOutcome> {
  // Two tabs presenting one cookie look like theft; the lock keeps them in line.
  if (typeof navigator.locks?.request !== "function") return ask();
  return navigator.locks.request(LOCK, ask);
}

/** Refreshes once; everybody who asks meanwhile shares the answer. */
export function refreshOnce(): Promise<RefreshOutcome> {
  flight ??= oneTabAtATime().finally(() => {
    flight = null;
  });
  return flight;
}
