// Light or dark: the system's wish unless the reader chose one. The choice is no secret and stays on this device.
import { useSyncExternalStore } from "react";

import type { Scheme } from "@/lib/palette";

const STORED = "finnami-theme";
const QUERY = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();

function stored(): Scheme | null {
  try {
    const value = window.localStorage.getItem(STORED);
    return value === "dark" || value === "light" ? value : null;
  } catch {
    return null;
  }
}

function current(): Scheme {
  return stored() ?? (window.matchMedia(QUERY).matches ? "dark" : "light");
}

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(QUERY);
  listeners.add(listener);
  media.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener("change", listener);
  };
}

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, current, () => "light");
}

export function chooseScheme(scheme: Scheme): void {
  try {
    window.localStorage.setItem(STORED, scheme);
  } catch {
    // Storage refused: the choice lasts until the next load.
  }
  applyScheme(scheme);
  for (const listener of listeners) listener();
}

export function applyScheme(scheme: Scheme): void {
  document.documentElement.dataset.theme = scheme;
}
