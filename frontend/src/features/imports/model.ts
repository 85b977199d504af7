// What a person says about a file, and the file as the API takes it.
import type { ImportIn } from "@/features/imports/queries";

export const MAX_BYTES = 5 * 1024 * 1024;

export type Said = Pick<ImportIn, "columns" | "types" | "currency" | "decimal_mark" | "date_order" | "round_amounts">;
export type Chosen = { number: number; name: string; content: string };

export const NOTHING_SAID: Said = {
  columns: null,
  types: {},
  currency: null,
  decimal_mark: null,
  date_order: null,
  round_amounts: false,
};

export function bodyOf(account: string, file: Chosen, said: Said): ImportIn {
  return { account, file_name: file.name, content: file.content, ...said };
}

/** The file's bytes in base64. */
export function contentOf(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onerror = () => failed(reader.error ?? new Error("unreadable"));
    reader.onload = () => {
      const address = String(reader.result);
      done(address.slice(address.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  });
}

/** The cells of a line as one text, so that a bad row is recognised. */
export function lineText(cells: readonly string[]): string {
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== "").join(" · ");
}

/** A map with one entry changed; an empty value takes it out. */
export function withEntry<Value>(map: Readonly<Record<string, Value>>, key: string, value: Value | undefined): Record<string, Value> {
  const rest = Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
  return value === undefined ? rest : { ...rest, [key]: value };
}
