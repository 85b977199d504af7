"use client";
// What the file leaves open is asked here, and which column means what can be said otherwise.
import { Checkbox, Input, Select } from "antd";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import ui from "@/components/ui.module.css";
import { withEntry } from "@/features/imports/model";
import type { Said } from "@/features/imports/model";
import type { Preview } from "@/features/imports/queries";

const FIELDS = [
  "date", "time", "type", "symbol", "isin", "name", "quantity", "price", "price_unit", "price_currency", "amount", "fee", "tax",
  "currency", "reference", "note",
] as const;
type Field = (typeof FIELDS)[number];
const TYPES = ["buy", "sell", "dividend", "interest", "fee", "tax", "deposit", "withdrawal", "transfer_in", "transfer_out", "split"] as const;
const LEAVE_OUT = "leave_out";

type Props = { found: Preview; said: Said; onSaid: (said: Said) => void };

export function Answers({ found, said, onSaid }: Props) {
  const t = useTranslations("imports.questions");
  const asked = (question: Preview["questions"][number]) => found.questions.includes(question);
  const words = [...new Set([...Object.keys(said.types ?? {}), ...found.unknown_types].map(String))];
  const any = found.questions.length > 0 || words.length > 0 || said.currency !== null || said.decimal_mark !== null || said.date_order !== null || said.round_amounts;
  if (!any) return null;
  return (
    <fieldset className={ui.notice} style={{ borderBlock: 0, borderInlineEnd: 0, gap: "0.75rem" }}>
      <legend className="visually-hidden">{t("title")}</legend>
      <strong>{t("title")}</strong>
      {asked("columns") && <p>{t("columns")}</p>}
      {(asked("currency") || said.currency !== null) && <CurrencyAnswer said={said} onSaid={onSaid} />}
      {(asked("decimal_mark") || said.decimal_mark !== null) && (
        <Choice
          id="decimal-mark"
          label={t("decimal_mark")}
          value={said.decimal_mark}
          options={[
            { value: "point", label: t("choices.point") },
            { value: "comma", label: t("choices.comma") },
          ]}
          onChoose={(decimal_mark) => onSaid({ ...said, decimal_mark })}
        />
      )}
      {(asked("date_order") || said.date_order !== null) && (
        <Choice
          id="date-order"
          label={t("date_order")}
          value={said.date_order}
          options={[
            { value: "day_first", label: t("choices.day_first") },
            { value: "month_first", label: t("choices.month_first") },
          ]}
          onChoose={(date_order) => onSaid({ ...said, date_order })}
        />
      )}
      {(asked("rounding") || said.round_amounts) && (
        <Checkbox checked={said.round_amounts} onChange={(event) => onSaid({ ...said, round_amounts: event.target.checked })}>
          {t("rounding")}
        </Checkbox>
      )}
      {words.map((word, place) => (
        <TypeAnswer key={word} id={`word-${place}`} word={word} said={said} onSaid={onSaid} />
      ))}
    </fieldset>
  );
}

function Labelled({ id, label, children }: { id: string; label: ReactNode; children: ReactNode }) {
  return (
    <div className={ui.row}>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

function CurrencyAnswer({ said, onSaid }: Omit<Props, "found">) {
  const t = useTranslations("imports.questions");
  const change = (typed: string) => onSaid({ ...said, currency: /^[A-Z]{3}$/.test(typed) ? typed : null });
  return (
    <Labelled id="currency" label={t("currency")}>
      <Input
        id="currency"
        dir="ltr"
        maxLength={3}
        placeholder="USD"
        defaultValue={said.currency ?? ""}
        style={{ inlineSize: "6rem", textTransform: "uppercase" }}
        onChange={(event) => change(event.target.value.trim().toUpperCase())}
      />
    </Labelled>
  );
}

type ChoiceProps<Value extends string> = {
  id: string;
  label: string;
  value: Value | null | undefined;
  options: { value: Value; label: string }[];
  onChoose: (value: Value) => void;
};

function Choice<Value extends string>({ id, label, value, options, onChoose }: ChoiceProps<Value>) {
  return (
    <Labelled id={id} label={label}>
      <Select<Value> id={id} virtual={false} value={value ?? undefined} style={{ minInlineSize: "11rem" }} options={options} onChange={onChoose} />
    </Labelled>
  );
}

function TypeAnswer({ id, word, said, onSaid }: Omit<Props, "found"> & { id: string; word: string }) {
  const t = useTranslations("imports");
  const now = said.types?.[word];
  const options = [...TYPES.map((one) => ({ value: one as string, label: t(`types.${one}`) })), { value: LEAVE_OUT, label: t("questions.leaveOut") }];
  const choose = (chosen: string | undefined) => {
    const kind = TYPES.find((one) => one === chosen) ?? null;
    onSaid({ ...said, types: withEntry(said.types ?? {}, word, chosen === undefined ? undefined : kind) });
  };
  return (
    <Labelled id={id} label={t.rich("questions.types", { word, b: (text) => <bdi>{text}</bdi> })}>
      <Select<string>
        id={id}
        virtual={false}
        allowClear
        value={now === null ? LEAVE_OUT : now}
        style={{ minInlineSize: "11rem" }}
        options={options}
        onChange={choose}
      />
    </Labelled>
  );
}

export function Columns({ found, said, onSaid }: Props) {
  const t = useTranslations("imports");
  const mapping: Partial<Record<string, string>> = said.columns ?? found.mapping;
  const choose = (field: Field, column: string | undefined) => {
    const plain = Object.fromEntries(Object.entries(mapping).filter((entry): entry is [string, string] => entry[1] !== undefined));
    onSaid({ ...said, columns: withEntry(plain, field, column) });
  };
  return (
    <details open={found.questions.includes("columns")}>
      <summary>{t("columns.title", { count: Object.keys(mapping).length, of: found.columns.length })}</summary>
      <div className={ui.columns} style={{ marginBlockStart: "0.75rem" }}>
        {FIELDS.map((field) => (
          <div key={field} className={ui.stack} style={{ gap: "0.25rem" }}>
            <label htmlFor={`column-${field}`}>{t(`fields.${field}`)}</label>
            <Select<string>
              id={`column-${field}`}
              virtual={false}
              allowClear
              value={mapping[field]}
              placeholder={t("columns.none")}
              options={found.columns.map((column) => ({ value: column, label: column }))}
              onChange={(column: string | undefined) => choose(field, column)}
            />
          </div>
        ))}
      </div>
    </details>
  );
}
