// Remembers that somebody signed in on this device: no secret, only whether asking for a refresh makes sense.

const STORED = "finnami-signed-in";

export function mayBeSignedIn(): boolean {
  try {
    return window.localStorage.getItem(STORED) === "1";
  } catch {
    // Storage refused: the server knows.
    return true;
  }
}

export function rememberSignedIn(signedIn: boolean): void {
  try {
    if (signedIn) window.localStorage.setItem(STORED, "1");
    else window.localStorage.removeItem(STORED);
  } catch {
    // Storage refused: the next load asks the server.
  }
}
