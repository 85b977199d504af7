// Pure logic of the sign-up and log-in forms.

export const PASSWORD_MIN = 15;

/** What a person pasted as a code: digits of any script to 0-9, spaces gone; recovery codes keep their dash. */
export function cleanCode(typed: string): string {
  const latin = typed.replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x0660));
  const compact = latin.replace(/\s/g, "").toLowerCase();
  return compact;
}

export function isTotpCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}

export function isRecoveryCode(code: string): boolean {
  return /^[0-9a-z]{5}-?[0-9a-z]{5}$/.test(code);
}

/** The secret of a mailed link, from its fragment (#token=…) or its query (?token=…). */
export function tokenOfAddress(hash: string, search: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? new URLSearchParams(search).get("token");
}

/** A pasted link or a bare code, whichever the person has. */
export function tokenOfText(text: string): string {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return trimmed;
  const { hash, search } = new URL(trimmed);
  return tokenOfAddress(hash, search) ?? trimmed;
}

/** Groups of four are easier to type from a screen than 32 letters in a row. */
export function groupedSecret(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}

export function svgDataUri(svg: string): string {
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}
