// Where to go after log-in: a path of this site, never another address.

export function safeReturnPath(wanted: string | null, fallback: string): string {
  if (wanted === null || !wanted.startsWith("/") || wanted.startsWith("//") || wanted.includes("\\")) return fallback;
  try {
    const url = new URL(wanted, "http://origin.invalid");
    return url.origin === "http://origin.invalid" ? url.pathname + url.search : fallback;
  } catch {
    return fallback;
  }
}
