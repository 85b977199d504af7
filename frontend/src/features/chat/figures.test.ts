import type { Citation } from "@/features/chat/answer";
import { piecesOf, plainOf, sentencesOf, withFigures } from "@/features/chat/figures";
import { blocksOf } from "@/lib/markdown";

const cite = (at: number, len: number): Citation => ({ at, len, evidence: "v1", source: "ledger", ref: "r", href: null });

test("each figure is one place in the text, wherever Markdown puts it", () => {
  const answer = "**😀 5 $** und `7 $`.";
  const { text, figures } = withFigures(answer, [cite(15, 3), cite(4, 3)]);
  expect(figures.map((one) => one.text)).toEqual(["5 $", "7 $"]);
  const [block] = blocksOf(text);
  const spans = block?.kind === "paragraph" ? block.spans : [];
  expect(spans.map((span) => [span.kind, piecesOf(span.text)])).toEqual([
    ["strong", ["😀 ", 0]], ["text", [" und "]], ["code", [1]], ["text", ["."]],
  ]);
});

test("places that overlap, lie outside or hold nothing are no figures", () => {
  const { text, figures } = withFigures("12345", [cite(0, 2), cite(1, 2), cite(4, 9), cite(3, 0)]);
  expect(figures.map((one) => one.text)).toEqual(["12"]);
  expect(piecesOf(text)).toEqual([0, "345"]);
});

test("a private character in the text itself stands for no figure", () => {
  const { text, figures } = withFigures("a\u{f0000}b 5", [cite(4, 1)]);
  expect(figures).toHaveLength(1);
  expect(piecesOf(text)).toEqual(["a\ufffdb ", 0]);
});

test("sentences are told when they are complete, the last one at the end", () => {
  const text = "Ihr Portfolio ist gerade 2.487,50 $ wert. Das ist gut. Davon";
  expect(sentencesOf(text, "de", false)).toEqual(["Ihr Portfolio ist gerade 2.487,50 $ wert.", "Das ist gut."]);
  expect(sentencesOf(text, "de", true)).toHaveLength(3);
  expect(sentencesOf("你有5元。这很好。", "zh", true)).toHaveLength(2);
  expect(sentencesOf("", "en", true)).toEqual([]);
});

test("what is copied has no marks", () => {
  expect(plainOf("**ETF**\n\n- one\n- two\n\n[Help](/how)")).toBe("ETF\n\none\ntwo\n\nHelp");
});
