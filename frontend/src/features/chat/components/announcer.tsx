"use client";
// Tells a screen reader the answer sentence by sentence; the words on the page change too often to be read as they come.
import { useLocale } from "next-intl";

import { sentencesOf } from "@/features/chat/figures";
import type { Turn } from "@/features/chat/model";

export function Announcer({ turn }: { turn: Turn | undefined }) {
  const locale = useLocale();
  const lang = turn?.answer.lang ?? locale;
  const sentences = turn === undefined ? [] : sentencesOf(turn.answer.text, lang, turn.phase !== "writing");
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions" lang={lang} data-testid="announced">
      {sentences.map((sentence, at) => (
        <p key={`${turn?.id}-${at}`}>{sentence}</p>
      ))}
    </div>
  );
}
