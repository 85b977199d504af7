// A plain table: scrolls inside its own box, numbers at the end of the line; a tall one keeps its head in sight.
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";

export type Column<Row> = { key: string; title: string; cell: (row: Row) => ReactNode; end?: boolean };

type Props<Row> = { caption: string; columns: Column<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string; tall?: boolean; foot?: ReactNode };

export function TableView<Row>({ caption, columns, rows, keyOf, tall = false, foot }: Props<Row>) {
  return (
    <div className={tall ? `${ui.tableBox} ${ui.tall}` : ui.tableBox} tabIndex={0} role="region" aria-label={caption}>
      <table className={ui.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.end ? ui.end : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.key} className={column.end ? ui.end : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  );
}
