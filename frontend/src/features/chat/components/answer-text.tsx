"use client";
// The words of an answer; each figure in them opens what it rests on.
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { MarkdownView } from "@/components/markdown-view";
import type { Answer, Citation, Evidence } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";
import { piecesOf, withFigures } from "@/features/chat/figures";
import { useHidden } from "@/lib/hide-amounts";

/** A figure that was opened, as it was written, and its citation. */
export type Opened = { text: string; citation: Pick<Citation, "source" | "ref" | "evidence"> };
export type OpenFigure = (opened: Opened) => void;

type Props = { answer: Answer; evidence: ReadonlyMap<string, Evidence>; onOpen: OpenFigure };

export function AnswerText({ answer, evidence, onOpen }: Props) {
  const { text, figures } = useMemo(() => withFigures(answer.text, answer.citations), [answer.text, answer.citations]);
  const words = (part: string) =>
    piecesOf(part).map((piece, at) => {
      if (typeof piece === "string") return piece;
      const figure = figures[piece];
      if (figure === undefined) return null;
      return <FigureButton key={at} text={figure.text} evidence={evidence.get(figure.citation.evidence)} onOpen={() => onOpen(figure)} />;
    });
  return (
    <div className={css.words} lang={answer.lang ?? undefined} dir="auto" data-testid="answer">
      <MarkdownView markdown={text} words={words} />
    </div>
  );
}

type ButtonProps = { text: string; evidence: Evidence | undefined; onOpen: () => void };

export function FigureButton({ text, evidence, onOpen }: ButtonProps) {
  const t = useTranslations("hideAmounts");
  const own = evidence === undefined || evidence.kind === "money" || evidence.kind === "quantity";
  const shown = useHidden() && own ? t("hidden") : text;
  return (
    <button type="button" className={css.figure} onClick={onOpen}>
      <bdi>{shown}</bdi>
    </button>
  );
}
