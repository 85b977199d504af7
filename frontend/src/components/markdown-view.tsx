// Markdown on the page: every piece is an element made here, so no text can run.
import { Fragment } from "react";
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";
import { Link } from "@/lib/i18n/routing";
import { blocksOf } from "@/lib/markdown";
import type { Block, Span } from "@/lib/markdown";

type Words = (text: string) => ReactNode;

function Spans({ spans, words }: { spans: readonly Span[]; words: Words }) {
  return spans.map((span, at) => {
    switch (span.kind) {
      case "strong":
        return <strong key={at}>{words(span.text)}</strong>;
      case "code":
        return <code key={at} className={ui.code}>{words(span.text)}</code>;
      case "link":
        return <Link key={at} href={span.path}>{words(span.text)}</Link>;
      case "text":
        return <Fragment key={at}>{words(span.text)}</Fragment>;
    }
  });
}

// The page has its h1, the section its h2: a text starts below them.
const TAGS = ["h3", "h4", "h5"] as const;

function BlockView({ block, title, words }: { block: Block; title: string; words: Words }) {
  switch (block.kind) {
    case "heading": {
      const Tag = TAGS[Math.min(block.level, TAGS.length) - 1] ?? "h5";
      return (
        <Tag>
          <Spans spans={block.spans} words={words} />
        </Tag>
      );
    }
    case "paragraph":
      return (
        <p style={{ overflowWrap: "anywhere" }}>
          <Spans spans={block.spans} words={words} />
        </p>
      );
    case "code":
      return (
        <pre className={ui.code} style={{ whiteSpace: "pre-wrap" }}>
          {words(block.text)}
        </pre>
      );
    case "list": {
      const Tag = block.ordered ? "ol" : "ul";
      return (
        <Tag>
          {block.items.map((spans, at) => (
            <li key={at}>
              <Spans spans={spans} words={words} />
            </li>
          ))}
        </Tag>
      );
    }
    case "table":
      return <Table block={block} title={title} words={words} />;
  }
}

function Table({ block, title, words }: { block: Extract<Block, { kind: "table" }>; title: string; words: Words }) {
  return (
    <div className={ui.tableBox} tabIndex={0} role="region" aria-label={title}>
      <table className={ui.table}>
        <thead>
          <tr>
            {block.head.map((spans, at) => {
              // A corner without words is no heading of anything.
              const Tag = spans.length === 0 ? "td" : "th";
              return (
                <Tag key={at} scope={spans.length === 0 ? undefined : "col"}>
                  <Spans spans={spans} words={words} />
                </Tag>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>
              {row.map((spans, place) => (
                <td key={place}>
                  <Spans spans={spans} words={words} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Each table is named by the heading above it, and numbered: two regions of one name are one too many. */
function titlesOf(blocks: readonly Block[]): string[] {
  let heading = "";
  let tables = 0;
  return blocks.map((block) => {
    if (block.kind === "heading") heading = block.spans.map((span) => span.text).join("");
    if (block.kind === "table") tables += 1;
    return `${heading} (${tables})`;
  });
}

const asTheyAre: Words = (text) => text;

/** `words` may put something else in place of parts of the text. */
export function MarkdownView({ markdown, words = asTheyAre }: { markdown: string; words?: Words }) {
  const blocks = blocksOf(markdown);
  const titles = titlesOf(blocks);
  return blocks.map((block, at) => <BlockView key={at} block={block} title={titles[at] ?? ""} words={words} />);
}
