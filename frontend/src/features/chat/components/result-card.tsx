"use client";
// What a tool found, as a table; what somebody outside wrote is text and says so.
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import type { Column } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { Card, Cell, Evidence } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";
import { FigureButton } from "@/features/chat/components/answer-text";
import type { OpenFigure } from "@/features/chat/components/answer-text";
import { useCodeWords, useKnownWords } from "@/features/chat/use-code-words";
import { formatEvidence } from "@/features/chat/format";
import { Link } from "@/lib/i18n/routing";

type Line = { key: string; cells: Cell[] };
type Props = { card: Card; evidence: ReadonlyMap<string, Evidence>; onOpen: OpenFigure };

/** Names of one answer only: they help the adviser, not the reader. */
const INTERNAL = ["movement", "id"];

export function ResultCard({ card, evidence, onOpen }: Props) {
  const t = useTranslations("chat");
  const known = useKnownWords();
  const name = t.has(`cards.${card.kind}`) ? t(`cards.${card.kind}`) : t("cards.other");
  const columns = card.columns.flatMap((column, at): Column<Line>[] => {
    if (INTERNAL.includes(column)) return [];
    const title = t.has(`columns.${column}`) ? t(`columns.${column}`) : column;
    const numeric = card.rows.some((row) => isFigure([row.label, ...row.cells][at], evidence));
    return [{ key: column, title, end: numeric, cell: (line) => <CellView cell={line.cells[at]} column={column} evidence={evidence} onOpen={onOpen} /> }];
  });
  // A reason whose sentence wants values has none here: the answer's own words tell it.
  const told = card.rows.filter((row) => card.kind !== "reasons" || typeof row.label !== "string" || known("reason", row.label) !== null);
  const rows = told.map((row, at) => ({ key: String(at), cells: [row.label, ...row.cells] }));
  if (rows.length === 0) return null;
  return (
    <section className={css.result} aria-label={name}>
      <h4>{name}</h4>
      <TableView<Line> caption={t("tableOf", { name })} columns={columns} rows={rows} keyOf={(row) => row.key} />
    </section>
  );
}

function isFigure(cell: Cell | undefined, evidence: ReadonlyMap<string, Evidence>): boolean {
  const kind = typeof cell === "string" ? evidence.get(cell)?.kind : undefined;
  return kind !== undefined && kind !== "date" && kind !== "id";
}

type CellProps = { cell: Cell | undefined; column: string; evidence: ReadonlyMap<string, Evidence>; onOpen: OpenFigure };

function CellView({ cell, column, evidence, onOpen }: CellProps) {
  const locale = useLocale();
  const words = useCodeWords();
  if (cell === undefined) return null;
  if (typeof cell !== "string") return <Foreign text={cell.untrusted} />;
  const found = evidence.get(cell);
  if (found !== undefined) {
    const text = formatEvidence(locale, found);
    return <FigureButton text={text} evidence={found} onOpen={() => onOpen({ text, citation: { ...found, evidence: found.id } })} />;
  }
  if (column === "link" && /^\/(?!\/)/.test(cell)) return <PageLink path={cell} />;
  return <bdi>{words(column, cell)}</bdi>;
}

function PageLink({ path }: { path: string }) {
  return <Link href={path}>{useTranslations("chat")("openPage")}</Link>;
}

/** Words of somebody else: never Markdown, never a link, and marked so that nobody takes them for the adviser's. */
export function Foreign({ text }: { text: string }) {
  const t = useTranslations("chat");
  return (
    <span className={css.foreign}>
      <q dir="auto">{text}</q>{" "}
      <span className={ui.faint}>{t("foreign")}</span>
    </span>
  );
}
