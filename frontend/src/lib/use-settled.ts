"use client";
// The last value once it has stood still for a moment: a moved slider does not ask for every pixel.
import { useEffect, useState } from "react";

export function useSettled<T>(value: T, waitMs: number): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState({ text, value });
  useEffect(() => {
    if (text === settled.text) return undefined;
    const timer = setTimeout(() => setSettled({ text, value }), waitMs);
    return () => clearTimeout(timer);
    // The text is the value: an equal object made anew is no change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, settled.text, waitMs]);
  return settled.value;
}
