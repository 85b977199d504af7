// A model card on the page: every piece is an element made here, so no text of a card can run.
import ui from "@/components/ui.module.css";
import { blocksOf } from "@/lib/markdown";
import type { Block, Span } from "@/lib/markdown";

function Spans({ spans }: { spans: readonly Span[] }) {
  return spans.map((span, at) => {
    if (span.kind === "strong") return <strong key={at}>{span.text}</strong>;
    if (span.kind === "code") return <code key={at} className={ui.code}>{span.text}</code>;
    return <span key={at}>{span.text}</span>;
  });
}

// The page has its h1, the section its h2: a card starts below them.
const TAGS = ["h3", "h4", "h5"] as const;

function BlockView({ block, title }: { block: Block; title: string }) {
  switch (block.kind) {
    case "heading": {
      const Tag = TAGS[Math.min(block.level, TAGS.length) - 1] ?? "h5";
      return (
        <Tag>
          <Spans spans={block.spans} />
        </Tag>
      );
    }
    case "paragraph":
      return (
        <p style={{ overflowWrap: "anywhere" }}>
          <Spans spans={block.spans} />
        </p>
      );
    case "code":
      return (
        <pre className={ui.code} style={{ whiteSpace: "pre-wrap" }}>
          {block.text}
        </pre>
      );
    case "list": {
      const Tag = block.ordered ? "ol" : "ul";
      return (
        <Tag>
          {block.items.map((spans, at) => (
            <li key={at}>
              <Spans spans={spans} />
            </li>
          ))}
        </Tag>
      );
    }
    case "table":
      return <CardTable block={block} title={title} />;
  }
}

function CardTable({ block, title }: { block: Extract<Block, { kind: "table" }>; title: string }) {
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
                  <Spans spans={spans} />
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
                  <Spans spans={spans} />
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

export function CardText({ markdown }: { markdown: string }) {
  const blocks = blocksOf(markdown);
  const titles = titlesOf(blocks);
  return (
    <div className={ui.stack} lang="en" dir="ltr">
      {blocks.map((block, at) => (
        <BlockView key={at} block={block} title={titles[at] ?? ""} />
      ))}
    </div>
  );
}
