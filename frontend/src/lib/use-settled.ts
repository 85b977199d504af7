"use client";
// A value that changes often, let through at once and then at most once in a while; the last one always comes through.
import { useEffect, useRef, useState } from "react";

export function useSettled<T>(value: T, waitMs: number): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState({ text, value });
  const passedAt = useRef(0);
  useEffect(() => {
    if (text === settled.text) return undefined;
    const pass = () => {
      passedAt.current = performance.now();
      setSettled({ text, value });
    };
    const timer = setTimeout(pass, Math.max(0, passedAt.current + waitMs - performance.now()));
    return () => clearTimeout(timer);
    // The text is the value: an equal object made anew is no change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, settled.text, waitMs]);
  return settled.value;
}
