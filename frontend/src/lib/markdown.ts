// The Markdown of model cards and answers: headings, paragraphs, lists, tables, code, links to own pages; no HTML, no images.

export type Span = { kind: "text" | "strong" | "code"; text: string } | { kind: "link"; text: string; path: string };
export type Block =
  | { kind: "heading"; level: number; spans: Span[] }
  | { kind: "paragraph"; spans: Span[] }
  | { kind: "list"; ordered: boolean; items: Span[][] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Span[][]; rows: Span[][][] };

const HEADING = /^(#{1,6})\s+(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBER = /^\s*\d+[.)]\s+(.*)$/;
const FENCE = /^\s*```/;
const INDENTED = /^ {4}/;
const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

// A link leads to a page of this site, never to another address or to the API; an image is no link.
const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|(?<!!)\[([^\]]+)\]\((\/(?!\/|v1\b)[\w/-]*(?:\?[\w=&-]*)?(?:#[\w-]*)?)\)/g;

/** Split a line into plain, strong, code and link pieces; a mark without its partner stays text. */
export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    if (found.index > from) spans.push({ kind: "text", text: text.slice(from, found.index) });
    const [whole, code, strong, link, path] = found;
    if (code !== undefined) spans.push({ kind: "code", text: code });
    else if (strong !== undefined) spans.push({ kind: "strong", text: strong });
    else spans.push({ kind: "link", text: link ?? "", path: path ?? "/" });
    from = found.index + whole.length;
  }
  if (from < text.length) spans.push({ kind: "text", text: text.slice(from) });
  return spans;
}

function cellsOf(line: string): Span[][] {
  const cells = line.trim().replace(/^\||\|$/g, "").split("|");
  return cells.map((cell) => spansOf(cell.trim()));
}

type Taken = { block: Block; next: number };
type Taker = (lines: readonly string[], at: number) => Taken | null;

const line = (lines: readonly string[], at: number) => lines[at] ?? "";

/** Lines from `at` on for which the pattern holds, with what it captured. */
function run(lines: readonly string[], at: number, pattern: RegExp): string[] {
  const taken: string[] = [];
  for (let found = pattern.exec(line(lines, at)); found !== null; found = pattern.exec(line(lines, at + taken.length))) {
    taken.push(found[1] ?? found[0]);
    if (at + taken.length >= lines.length) break;
  }
  return taken;
}

const heading: Taker = (lines, at) => {
  const found = HEADING.exec(line(lines, at));
  if (found === null) return null;
  return { block: { kind: "heading", level: (found[1] ?? "#").length, spans: spansOf(found[2] ?? "") }, next: at + 1 };
};

const fence: Taker = (lines, at) => {
  if (!FENCE.test(line(lines, at))) return null;
  let end = at + 1;
  while (end < lines.length && !FENCE.test(line(lines, end))) end += 1;
  return { block: { kind: "code", text: lines.slice(at + 1, end).join("\n") }, next: end + 1 };
};

const indented: Taker = (lines, at) => {
  const taken = run(lines, at, /^ {4}(.*)$/);
  return taken.length === 0 ? null : { block: { kind: "code", text: taken.join("\n") }, next: at + taken.length };
};

const table: Taker = (lines, at) => {
  if (!line(lines, at).includes("|") || !line(lines, at + 1).includes("|") || !RULE.test(line(lines, at + 1))) return null;
  const head = cellsOf(line(lines, at));
  let end = at + 2;
  while (line(lines, end).includes("|")) end += 1;
  // Every row as long as the head, as GitHub does it.
  const rows = lines.slice(at + 2, end).map((row) => {
    const cells = cellsOf(row);
    return head.map((_, place) => cells[place] ?? []);
  });
  return { block: { kind: "table", head, rows }, next: end };
};

const listOf =
  (pattern: RegExp, ordered: boolean): Taker =>
  (lines, at) => {
    if (!pattern.test(line(lines, at))) return null;
    const items: string[] = [];
    let end = at;
    while (end < lines.length && line(lines, end).trim() !== "") {
      const item = pattern.exec(line(lines, end));
      if (item !== null) items.push(item[1] ?? "");
      // A line that goes on where the item before it stopped.
      else if (/^\s/.test(line(lines, end))) items.push(`${items.pop() ?? ""} ${line(lines, end).trim()}`);
      else break;
      end += 1;
    }
    return { block: { kind: "list", ordered, items: items.map(spansOf) }, next: end };
  };

const TAKERS: readonly Taker[] = [heading, fence, listOf(BULLET, false), listOf(NUMBER, true), table, indented];

const starts: Taker = (lines, at) => {
  for (const take of TAKERS) {
    const taken = take(lines, at);
    if (taken !== null) return taken;
  }
  return null;
};

const paragraph = (lines: readonly string[], at: number): Taken => {
  let end = at + 1;
  while (end < lines.length && line(lines, end).trim() !== "" && (INDENTED.test(line(lines, end)) || starts(lines, end) === null)) end += 1;
  const text = lines.slice(at, end).map((one) => one.trim()).join(" ");
  return { block: { kind: "paragraph", spans: spansOf(text) }, next: end };
};

/** Read a card; what it does not know stays as it is written, so nothing is lost and nothing is run. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if (line(lines, at).trim() === "") {
      at += 1;
      continue;
    }
    const { block, next } = starts(lines, at) ?? paragraph(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

const wordsOf = (spans: readonly Span[]) => spans.map((span) => span.text).join("");

/** The words of a block without its marks, line by line. */
export function linesOf(block: Block): string[] {
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return [wordsOf(block.spans)];
    case "list":
      return block.items.map(wordsOf);
    case "code":
      return block.text.split("\n");
    case "table":
      return [block.head, ...block.rows].map((row) => row.map(wordsOf).join(" "));
  }
}
