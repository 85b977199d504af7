"use client";
// Deposit, withdraw or send: one form, one button, the result in words.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Segmented } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Amount } from "@/components/amount";
import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { accountsQuery, move, useMoneyChanged } from "@/features/transfers/queries";
import type { Account, MoveInput, MoveKind, Movement } from "@/features/transfers/queries";
import { Link } from "@/lib/i18n/routing";
import { readAmount } from "@/lib/money";

const KINDS: MoveKind[] = ["deposit", "withdrawal", "transfer"];
const DEFAULT_CURRENCY = "USD";

type Values = { amount: string; payee_email?: string; memo?: string };

export function MoveMoney() {
  const t = useTranslations("move");
  const accounts = useQuery(accountsQuery);
  const cash = accounts.data?.find((account) => account.kind === "cash");
  const [done, setDone] = useState<Movement | null>(null);
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Balance cash={cash} />
      {accounts.error !== null && <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />}
      {done === null ? (
        <MoveForm currency={cash?.unit ?? DEFAULT_CURRENCY} onDone={setDone} />
      ) : (
        <Result movement={done} onAgain={() => setDone(null)} />
      )}
    </div>
  );
}

function Balance({ cash }: { cash: Account | undefined }) {
  const t = useTranslations("move");
  const currency = cash?.unit ?? DEFAULT_CURRENCY;
  return (
    <div className={`${ui.card} ${ui.quiet}`}>
      <p className={ui.label}>{t("available")}</p>
      <p className={ui.figureSmall} data-testid="available">
        <Amount money={{ amount: cash?.available ?? "0.00", currency }} />
      </p>
    </div>
  );
}

function MoveForm({ currency, onDone }: { currency: string; onDone: (movement: Movement) => void }) {
  const t = useTranslations("move");
  const locale = useLocale();
  const refresh = useMoneyChanged();
  const [kind, setKind] = useState<MoveKind>("deposit");
  const action = useMoneyAction<MoveInput, Movement>(move, (movement) => {
    refresh();
    onDone(movement);
  });
  const submit = (values: Values) => {
    const read = readAmount(values.amount, currency, locale);
    if (!("amount" in read)) return;
    action.submit({ kind, amount: read.amount, currency, payee_email: values.payee_email?.trim() ?? "", memo: values.memo ?? "" });
  };
  const check = (_: unknown, typed: string | undefined) => {
    const read = readAmount(typed ?? "", currency, locale);
    return "problem" in read ? Promise.reject(new Error(t(`problems.${read.problem}`))) : Promise.resolve();
  };
  return (
    <div className={ui.card}>
      <Segmented<MoveKind>
        block
        aria-label={t("kind")}
        value={kind}
        options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        onChange={(value) => {
          setKind(value);
          action.changed();
        }}
      />
      <p className={ui.faint}>{t(`hints.${kind}`)}</p>
      {action.error !== null && <ErrorState error={action.error} />}
      <Form<Values> layout="vertical" requiredMark={false} onFinish={submit} onValuesChange={action.changed}>
        <Form.Item name="amount" label={t("amount")} rules={[{ validator: check }]} validateTrigger="onSubmit">
          <Input inputMode="decimal" dir="ltr" size="large" suffix={currency} autoComplete="off" />
        </Form.Item>
        {kind === "transfer" && (
          <>
            <Form.Item name="payee_email" label={t("payee")} rules={[{ required: true, type: "email", message: t("payeeWrong") }]}>
              <Input type="email" dir="ltr" autoComplete="off" />
            </Form.Item>
            <Form.Item name="memo" label={t("memo")}>
              <Input maxLength={140} />
            </Form.Item>
          </>
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={action.pending}>
          {t(`submit.${kind}`)}
        </Button>
      </Form>
      {action.dialog}
    </div>
  );
}

function Result({ movement, onAgain }: { movement: Movement; onAgain: () => void }) {
  const t = useTranslations("move.result");
  const held = movement.state === "held";
  return (
    <div className={ui.card} role="status">
      <h2>{t(held ? "heldTitle" : "doneTitle")}</h2>
      <p>
        <Amount money={movement.amount} />
      </p>
      <p>{t(held ? "heldText" : "doneText")}</p>
      <p className={ui.faint}>
        {t("id")} <span dir="ltr">{movement.movement_id}</span>
      </p>
      <div className={ui.row}>
        <Link href="/app/recommendation">
          <Button type="primary">{t("next")}</Button>
        </Link>
        <Button onClick={onAgain}>{t("again")}</Button>
      </div>
    </div>
  );
}
