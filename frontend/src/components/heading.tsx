"use client";
// The one h1 of a screen; takes the focus when the screen appears, so that a screen reader starts there.
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";

type Props = { title: string; lead?: ReactNode };

export function Heading({ title, lead }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <header className={ui.heading}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead !== undefined && <p className={ui.lead}>{lead}</p>}
    </header>
  );
}
