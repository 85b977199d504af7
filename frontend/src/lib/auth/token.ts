// The access token, in memory only: a reload forgets it and asks the refresh cookie once.

export type AccessToken = { value: string; expiresAt: number };

type Listener = () => void;

let current: AccessToken | null = null;
const listeners = new Set<Listener>();

export function accessToken(): AccessToken | null {
  return current;
}

export function setAccessToken(token: AccessToken | null): void {
  current = token;
  for (const listener of listeners) listener();
}

export function onTokenChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
