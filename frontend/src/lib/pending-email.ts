// The address of a sign-up or log-in under way, in memory: it is never put into a URL or storage.

let pending = "";

export function rememberEmail(email: string): void {
  pending = email;
}

export function pendingEmail(): string {
  return pending;
}
