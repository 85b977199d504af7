"use client";
// Rows of a file: what they would become, and the bad ones by their line with the reason.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import { lineText } from "@/features/imports/model";
import type { ImportRow } from "@/features/imports/queries";
import { formatDay } from "@/lib/dates";

export function Refused({ rows }: { rows: readonly ImportRow[] }) {
  const t = useTranslations("imports");
  return (
    <TableView<ImportRow>
      caption={t("rows.refusedCaption")}
      rows={rows}
      keyOf={(row) => String(row.line)}
      tall={rows.length > 12}
      columns={[
        { key: "line", title: t("rows.line"), cell: (row) => row.line, end: true },
        { key: "why", title: t("rows.why"), cell: (row) => <Reasons row={row} /> },
        { key: "text", title: t("rows.text"), cell: (row) => <bdi>{lineText(row.cells)}</bdi> },
      ]}
    />
  );
}

function Reasons({ row }: { row: ImportRow }) {
  const t = useTranslations("imports.codes");
  return row.errors.map((error, place) => (
    <div key={`${error.code} ${place}`}>
      {error.column !== null && (
        <>
          <strong>
            <bdi>{error.column}</bdi>
          </strong>{" "}
        </>
      )}
      {t.has(error.code) ? t(error.code) : error.message}
    </div>
  ));
}

export function First({ rows }: { rows: readonly ImportRow[] }) {
  const t = useTranslations("imports");
  const locale = useLocale();
  const readable = rows.filter((row) => row.transaction !== null);
  const cells = (row: ImportRow) => row.transaction;
  return (
    <TableView<ImportRow>
      caption={t("rows.firstCaption")}
      rows={readable}
      keyOf={(row) => String(row.line)}
      tall={readable.length > 12}
      columns={[
        { key: "line", title: t("rows.line"), cell: (row) => row.line, end: true },
        { key: "outcome", title: t("rows.outcome"), cell: (row) => t(`outcomes.${row.outcome}`) },
        { key: "date", title: t("fields.date"), cell: (row) => formatDay(locale, cells(row)?.date ?? "") },
        { key: "type", title: t("fields.type"), cell: (row) => t(`types.${cells(row)?.type ?? "buy"}`) },
        { key: "symbol", title: t("rows.instrument"), cell: (row) => <bdi>{cells(row)?.symbol ?? cells(row)?.isin ?? "–"}</bdi> },
        { key: "quantity", title: t("fields.quantity"), cell: (row) => <Number text={cells(row)?.ratio ?? cells(row)?.quantity} />, end: true },
        { key: "price", title: t("fields.price"), cell: (row) => <Price row={row} />, end: true },
        { key: "amount", title: t("fields.amount"), cell: (row) => <Effect row={row} />, end: true },
      ]}
    />
  );
}

function Number({ text }: { text: string | null | undefined }) {
  return <span className="number">{text ?? "–"}</span>;
}

function Price({ row }: { row: ImportRow }) {
  const found = row.transaction;
  if (found === null || found.price === null) return <Number text={null} />;
  const unit = found.price_unit === "percent" ? "%" : (found.price_currency ?? "");
  return <Number text={`${found.price} ${unit}`.trim()} />;
}

function Effect({ row }: { row: ImportRow }) {
  const amount = row.transaction?.amount ?? null;
  return amount === null ? <Number text={null} /> : <Amount money={amount} signed />;
}
