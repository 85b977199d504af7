import { blocksOf, spansOf } from "@/lib/markdown";

const text = (words: string) => [{ kind: "text", text: words }];

test("headings, paragraphs over lines, lists that go on, and tables", () => {
  const card = [
    "# Model **7**", "First line", "second line.", "", "## Lists", "- one `x|y`", "  goes on", "- two", "", "1. first", "2) second", "",
    "| measure | value |", "|---|---:|", "| auc | 0.9 |", "| only |", "after",
  ].join("\n");
  expect(blocksOf(card)).toEqual([
    { kind: "heading", level: 1, spans: [{ kind: "text", text: "Model " }, { kind: "strong", text: "7" }] },
    { kind: "paragraph", spans: text("First line second line.") },
    { kind: "heading", level: 2, spans: text("Lists") },
    {
      kind: "list",
      ordered: false,
      items: [[{ kind: "text", text: "one " }, { kind: "code", text: "x|y" }, { kind: "text", text: " goes on" }], text("two")],
    },
    { kind: "list", ordered: true, items: [text("first"), text("second")] },
    { kind: "table", head: [text("measure"), text("value")], rows: [[text("auc"), text("0.9")], [text("only"), []]] },
    { kind: "paragraph", spans: text("after") },
  ]);
});

test("HTML, links and lonely marks stay the characters they are", () => {
  const evil = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) **half `open";
  expect(blocksOf(evil)).toEqual([{ kind: "paragraph", spans: text(evil) }]);
});

test("code keeps its lines, also without an end", () => {
  expect(blocksOf("```\na | b\n# no heading\n")).toEqual([{ kind: "code", text: "a | b\n# no heading\n" }]);
  expect(blocksOf("say:\n\n    finnami train\n    finnami up")).toEqual([
    { kind: "paragraph", spans: text("say:") },
    { kind: "code", text: "finnami train\nfinnami up" },
  ]);
});

test("nothing is nothing, and a bar without a rule is no table", () => {
  expect(blocksOf("")).toEqual([]);
  expect(blocksOf("a | b\nc | d")).toEqual([{ kind: "paragraph", spans: text("a | b c | d") }]);
  expect(spansOf("")).toEqual([]);
});

test("a link leads to a page of this site; the API, other places and images stay text", () => {
  expect(spansOf("see [Help](/app/goal?id=a1#b)")).toEqual([...text("see "), { kind: "link", text: "Help", path: "/app/goal?id=a1#b" }]);
  for (const evil of ["[a](https://evil.example)", "[a](//evil.example)", "[a](/v1/auth/logout)", "![a](/how)", "[a](/\\\\evil.example)", "[a](/how\"x)"]) {
    expect(spansOf(evil)).toEqual(text(evil));
  }
});
