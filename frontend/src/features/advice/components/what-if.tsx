"use client";
// What if: another amount, horizon or monthly sum, computed anew by the API beside the advice. Nothing is saved.
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useId, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import style from "@/features/advice/components/advice.module.css";
import { readWhatIf } from "@/features/advice/model";
import type { WhatIfDraft, WhatIfField } from "@/features/advice/model";
import { outlookQuery, whatIfQuery } from "@/features/advice/queries";
import type { Outlook } from "@/features/advice/queries";
import { formatMoney, formatPercent } from "@/lib/money";
import { useReasonText } from "@/lib/use-reason-text";
import { useSettled } from "@/lib/use-settled";

const SETTLE_MS = 300;
const FIELDS: readonly WhatIfField[] = ["amount", "monthly", "years"];

export function WhatIf({ id }: { id: string }) {
  const t = useTranslations("whatIf");
  const advised = useQuery(outlookQuery(id)).data;
  return (
    <section className={ui.card} aria-labelledby="what-if">
      <h2 id="what-if">{t("title")}</h2>
      <p className={ui.notice}>{t("notSaved")}</p>
      {advised === undefined || advised.mix === null ? <Loading rows={6} /> : <Tried id={id} advised={advised} draft={draftOf(advised)} />}
    </section>
  );
}

function draftOf(advised: Outlook): WhatIfDraft {
  return { amount: advised.mix?.costs.basis.amount ?? "", monthly: "", years: String(advised.horizon_years) };
}

function Tried({ id, advised, draft: first }: { id: string; advised: Outlook; draft: WhatIfDraft }) {
  const t = useTranslations("whatIf");
  const locale = useLocale();
  const [draft, setDraft] = useState(first);
  const currency = advised.monthly.currency;
  const read = readWhatIf(draft, currency, locale);
  const problems = "problems" in read ? read.problems : {};
  const asked = "asked" in read ? read.asked : null;
  const query = useQuery(whatIfQuery(id, useSettled(asked, SETTLE_MS)));
  const found = query.data;
  return (
    <>
      <div className={style.fields}>
        {FIELDS.map((name) => (
          <Field
            key={name}
            name={name}
            suffix={name === "years" ? undefined : currency}
            value={draft[name]}
            problem={problems[name] ?? null}
            onChange={(value) => setDraft({ ...draft, [name]: value })}
          />
        ))}
      </div>
      <div>
        <Button onClick={() => setDraft(first)}>{t("reset")}</Button>
      </div>
      {query.error !== null && asked !== null && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {found !== undefined && query.error === null && (
        <div className={`${ui.stack} ${asked === null ? style.stale : ""}`} aria-busy={query.isFetching} aria-live="polite">
          <Result advised={advised} found={found} />
        </div>
      )}
    </>
  );
}

type FieldProps = { name: WhatIfField; value: string; suffix?: string; problem: string | null; onChange: (value: string) => void };

function Field({ name, value, suffix, problem, onChange }: FieldProps) {
  const t = useTranslations("whatIf");
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className={style.field}>
      <label htmlFor={id}>{t(`fields.${name}`)}</label>
      <Input
        id={id}
        dir="ltr"
        value={value}
        suffix={suffix}
        inputMode={name === "years" ? "numeric" : "decimal"}
        autoComplete="off"
        status={problem === null ? undefined : "error"}
        aria-invalid={problem !== null}
        aria-describedby={about}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={about} className={problem === null ? ui.faint : `${ui.faint} ${ui.negative}`} role={problem === null ? undefined : "alert"}>
        {problem === null ? t(`hints.${name}`) : t(`problems.${problem}`)}
      </p>
    </div>
  );
}

type Line = { key: string; advised: string; found: string };

function Result({ advised, found }: { advised: Outlook; found: Outlook }) {
  const t = useTranslations("whatIf");
  const reason = useReasonText();
  const locale = useLocale();
  const line = (key: string, text: (one: Outlook) => string | null): Line => ({ key, advised: text(advised) ?? "–", found: text(found) ?? "–" });
  const money = (one: { amount: string; currency: string } | null | undefined) => (one == null ? null : formatMoney(locale, one));
  const percent = (share: number | undefined) => (share === undefined ? null : formatPercent(locale, share));
  const lines = [
    line("profile", (one) => String(one.profile)),
    line("predicted", ({ mix }) => percent(mix?.predicted_volatility)),
    line("equity", ({ mix }) => percent(mix?.equity_share)),
    line("paidIn", ({ future }) => money(future?.paid_in)),
    line("middle", ({ future }) => money(future?.middle)),
    line("low", ({ future }) => money(future?.low)),
    line("poorLoss", ({ future }) => money(future?.poor_loss)),
    line("worstYear", ({ mix }) => money(mix?.worst_year_loss)),
    line("costOnce", ({ mix }) => money(mix?.costs.one_off)),
    line("costHorizon", (one) => money(one.cost_over_horizon)),
  ];
  return (
    <>
      {!found.may_invest && (
        <div className={`${ui.notice} ${ui.warning}`} data-testid="what-if-wait">
          <strong>{t("wait")}</strong>
          {found.reasons.map((one) => (
            <p key={one.code}>{reason(one)}</p>
          ))}
        </div>
      )}
      <TableView<Line>
        caption={t("caption", { years: found.horizon_years })}
        rows={lines}
        keyOf={({ key }) => key}
        columns={[
          { key: "figure", title: t("figure"), cell: ({ key }) => t(`lines.${key}`) },
          { key: "advised", title: t("advised"), cell: (row) => row.advised, end: true },
          { key: "found", title: t("tried"), cell: (row) => <span data-testid={`what-if-${row.key}`}>{row.found}</span>, end: true },
        ]}
      />
      <p className={ui.faint}>{t("method", { paths: found.future?.paths ?? 0, seed: found.future?.seed ?? 0, years: found.horizon_years })}</p>
    </>
  );
}
