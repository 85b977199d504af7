"use client";
// A person's own limits on every plan; those that cannot hold together are refused with the pair that clashes.
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Switch } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { bodyOf, clashOf, faultsOf, formOf, isSound } from "@/features/rebalance/limits-model";
import type { Form, Row } from "@/features/rebalance/limits-model";
import { instrumentsQuery, limitsQuery, useKeepLimits } from "@/features/rebalance/queries";
import type { Instrument, Limits as Found } from "@/features/rebalance/queries";
import { ApiError } from "@/lib/api/problem";
import { formatPercent } from "@/lib/money";

export function Limits() {
  const query = useQuery(limitsQuery);
  const instruments = useQuery(instrumentsQuery);
  return (
    <Ready query={query} rows={6}>
      {(found) => <Card found={found} instruments={instruments.data ?? []} />}
    </Ready>
  );
}

function Card({ found, instruments }: { found: Found; instruments: readonly Instrument[] }) {
  const t = useTranslations("rebalance.limits");
  const [form, setForm] = useState<Form>(() => formOf(found));
  const keep = useKeepLimits();
  const faults = faultsOf(form);
  const change = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const currency = instruments[0]?.currency ?? "USD";
  return (
    <section className={ui.card} aria-labelledby="limits">
      <h2 id="limits">{t("title")}</h2>
      <p>{t("text")}</p>
      <div className={ui.row}>
        <Switch id="whole" checked={form.whole} aria-labelledby="whole-label" onChange={(whole) => change({ whole })} />
        <label id="whole-label" htmlFor="whole">
          {t("whole")}
        </label>
      </div>
      <Rows rows={form.rows} faults={faults.rows} instruments={instruments} onChange={(rows) => change({ rows })} />
      <h3>{t("perRun")}</h3>
      <div className={ui.row}>
        <Field id="turnover" label={t("turnover")} unit="%" value={form.turnover} bad={faults.turnover} onChange={(turnover) => change({ turnover })} />
        <Field id="fees" label={t("fees")} unit={currency} value={form.fees} bad={faults.fees} onChange={(fees) => change({ fees })} />
        <Field id="gain" label={t("gain")} unit={currency} value={form.gain} bad={faults.gain} onChange={(gain) => change({ gain })} />
      </div>
      {!isSound(faults) && <p role="status">{t("faulty")}</p>}
      {keep.error !== null && <Refused error={keep.error} />}
      {keep.isSuccess && <p role="status">{t("kept")}</p>}
      <div>
        <Button type="primary" disabled={!isSound(faults)} loading={keep.isPending} onClick={() => keep.mutate(bodyOf(form, found, currency))}>
          {t("keep")}
        </Button>
      </div>
    </section>
  );
}

type RowsProps = { rows: Row[]; faults: Set<number>; instruments: readonly Instrument[]; onChange: (rows: Row[]) => void };

function Rows({ rows, faults, instruments, onChange }: RowsProps) {
  const t = useTranslations("rebalance.limits");
  const options = instruments.map((one) => ({ value: one.symbol, label: `${one.symbol} · ${one.name}` }));
  const change = (key: number, part: Partial<Row>) => onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const next = Math.max(-1, ...rows.map((row) => row.key)) + 1;
  return (
    <div className={ui.stack}>
      {rows.map((row) => (
        <fieldset key={row.key} className={ui.row} style={{ border: 0, padding: 0 }}>
          <legend className={ui.faint}>{row.symbol === "" ? t("newRow") : row.symbol}</legend>
          <div className={ui.stack}>
            <label htmlFor={`symbol-${row.key}`}>{t("instrument")}</label>
            <Select
              id={`symbol-${row.key}`}
              virtual={false}
              showSearch
              value={row.symbol === "" ? undefined : row.symbol}
              status={faults.has(row.key) ? "error" : ""}
              style={{ inlineSize: "min(18rem, 80vw)" }}
              options={options}
              onChange={(symbol: string) => change(row.key, { symbol })}
            />
          </div>
          <Field id={`least-${row.key}`} label={t("least")} unit="%" value={row.least} bad={faults.has(row.key)} onChange={(least) => change(row.key, { least })} />
          <Field id={`most-${row.key}`} label={t("most")} unit="%" value={row.most} bad={faults.has(row.key)} onChange={(most) => change(row.key, { most })} />
          <Button aria-label={t("removeOne", { symbol: row.symbol })} onClick={() => onChange(rows.filter((other) => other.key !== row.key))}>
            {t("remove")}
          </Button>
        </fieldset>
      ))}
      <div>
        <Button onClick={() => onChange([...rows, { key: next, symbol: "", least: "", most: "" }])}>{t("add")}</Button>
      </div>
    </div>
  );
}

type FieldProps = { id: string; label: string; unit: string; value: string; bad: boolean; onChange: (value: string) => void };

function Field({ id, label, unit, value, bad, onChange }: FieldProps) {
  return (
    <div className={ui.stack}>
      <label htmlFor={id}>{label}</label>
      <Input id={id} inputMode="decimal" autoComplete="off" dir="ltr" style={{ inlineSize: "9rem" }} suffix={unit} value={value} status={bad ? "error" : ""} aria-invalid={bad} maxLength={15} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

/** Which rules clash, in her language, and what the nearest mix would make of them. */
function Refused({ error }: { error: Error }) {
  const t = useTranslations("rebalance.limits");
  const locale = useLocale();
  const clash = error instanceof ApiError ? clashOf(error.fields) : null;
  if (clash === null) return <ErrorState error={error} />;
  const words = (kind: string, subject: string, share: string) => t(`rules.${kind as "risk"}`, { subject, share: formatPercent(locale, share, 1) });
  return (
    <div role="alert" className={`${ui.notice} ${ui.warning}`} data-testid="clash">
      <strong>{t("clashTitle")}</strong>
      <ul>
        {clash.conflict.map((rule) => (
          <li key={rule.kind + rule.subject}>{words(rule.kind, rule.subject, rule.bound)}</li>
        ))}
      </ul>
      <p>{t("nearest")}</p>
      <ul>
        {clash.nearest.map((rule) => (
          <li key={rule.kind + rule.subject}>{words(rule.kind, rule.subject, rule.to)}</li>
        ))}
      </ul>
    </div>
  );
}
