// Whether somebody is signed in here: one refresh at the first question, then whatever the token says.
import { useSyncExternalStore } from "react";

import { mayBeSignedIn, rememberSignedIn } from "@/lib/auth/hint";
import { refreshOnce } from "@/lib/auth/refresh";
import { accessToken, onTokenChange, setAccessToken } from "@/lib/auth/token";

export type SessionState = "asking" | "signed_in" | "signed_out" | "unreachable";

const CHANNEL = "finnami-session";

let answer: SessionState = "asking";
let asked = false;
const listeners = new Set<() => void>();
let channel: BroadcastChannel | null = null;

function tell(next: SessionState): void {
  if (next === answer) return;
  answer = next;
  for (const listener of listeners) listener();
}

async function ask(): Promise<void> {
  // Without a log-in on this device a refresh can only fail, and would stand in the console as an error.
  if (!mayBeSignedIn()) {
    tell("signed_out");
    return;
  }
  const outcome = await refreshOnce();
  tell(accessToken() !== null ? "signed_in" : outcome);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const stop = onTokenChange(() => {
    rememberSignedIn(accessToken() !== null);
    if (accessToken() !== null) tell("signed_in");
    else if (answer === "signed_in") tell("signed_out");
  });
  if (!asked) {
    asked = true;
    listenToOtherTabs();
    if (accessToken() === null) void ask();
    else tell("signed_in");
  }
  return () => {
    stop();
    listeners.delete(listener);
  };
}

function listenToOtherTabs(): void {
  if (typeof BroadcastChannel === "undefined") return;
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => {
    setAccessToken(null);
    tell("signed_out");
  };
}

export function useSessionState(): SessionState {
  return useSyncExternalStore(subscribe, () => answer, () => "asking");
}

/** Whether the frame is that of a signed-in person: while the server is asked, this device says what it remembers. */
export function useSeemsSignedIn(): boolean {
  const state = useSessionState();
  return state === "signed_in" || (state === "asking" && mayBeSignedIn());
}

export function askSessionAgain(): void {
  tell("asking");
  void ask();
}

/** Ends the login session on the server and forgets it in every tab, also when the server cannot be reached. */
export async function signOut(): Promise<void> {
  try {
    await fetch("/v1/auth/logout", { method: "POST", credentials: "same-origin", headers: { "X-FinNami": "1" } });
  } catch {
    // Offline: the token dies here, the login session ends by itself on the server.
  }
  setAccessToken(null);
  tell("signed_out");
  channel?.postMessage("signed_out");
}
