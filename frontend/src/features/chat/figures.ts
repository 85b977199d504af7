// Which figure of an answer is which citation, and which words a screen reader hears when.
import type { Citation } from "@/features/chat/answer";
import { blocksOf, linesOf } from "@/lib/markdown";

export type Figure = { text: string; citation: Citation };

// A private character stands for a figure while the text around it is read as Markdown. One in the text is none of ours.
const FIRST = 0xf0000;
const OURS = /[\u{f0000}-\u{ffffd}]/gu;
const FOREIGN = "\ufffd";

/** The answer with each cited figure replaced by one private character, and the figures in their order. */
export function withFigures(answer: string, citations: readonly Citation[]): { text: string; figures: Figure[] } {
  const letters = [...answer.replace(OURS, FOREIGN)];
  const figures: Figure[] = [];
  const parts: string[] = [];
  let from = 0;
  for (const citation of [...citations].sort((one, other) => one.at - other.at)) {
    const end = citation.at + citation.len;
    if (citation.at < from || citation.len < 1 || end > letters.length) continue;
    parts.push(letters.slice(from, citation.at).join(""), String.fromCodePoint(FIRST + figures.length));
    figures.push({ text: letters.slice(citation.at, end).join(""), citation });
    from = end;
  }
  parts.push(letters.slice(from).join(""));
  return { text: parts.join(""), figures };
}

/** Words and the places of figures, in the order they are read. */
export function piecesOf(text: string): (string | number)[] {
  const pieces: (string | number)[] = [];
  let from = 0;
  for (const found of text.matchAll(OURS)) {
    if (found.index > from) pieces.push(text.slice(from, found.index));
    pieces.push((found[0].codePointAt(0) ?? FIRST) - FIRST);
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

/** The answer without marks, as it is copied. */
export function plainOf(answer: string): string {
  return blocksOf(answer).map((block) => linesOf(block).join("\n")).join("\n\n");
}

/** The sentences that are complete: the last one only when nothing can follow it any more. */
export function sentencesOf(answer: string, locale: string, ended: boolean): string[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: "sentence" });
  const sentences = blocksOf(answer)
    .flatMap(linesOf)
    .flatMap((line) => [...segmenter.segment(line)].map(({ segment }) => segment.trim()))
    .filter((sentence) => sentence !== "");
  return ended ? sentences : sentences.slice(0, -1);
}
