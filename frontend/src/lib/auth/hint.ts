// What this device remembers of whoever signed in: no secrets, only what saves a wait or a jump of the page.

const SIGNED_IN = "finnami-signed-in";
const FROZEN = "finnami-frozen";

export function mayBeSignedIn(): boolean {
  // Storage refused: the server knows.
  return remembered(SIGNED_IN) ?? true;
}

export function rememberSignedIn(signedIn: boolean): void {
  remember(SIGNED_IN, signedIn);
  if (!signedIn) remember(FROZEN, false);
}

/** Whether her money was frozen when this device last heard. */
export function wasFrozen(): boolean {
  return remembered(FROZEN) ?? false;
}

export function rememberFrozen(frozen: boolean): void {
  remember(FROZEN, frozen);
}

function remembered(key: string): boolean | null {
  try {
    return window.localStorage.getItem(key) === "1";
  } catch {
    return null;
  }
}

function remember(key: string, yes: boolean): void {
  try {
    if (yes) window.localStorage.setItem(key, "1");
    else window.localStorage.removeItem(key);
  } catch {
    // Storage refused: the next load asks the server.
  }
}
