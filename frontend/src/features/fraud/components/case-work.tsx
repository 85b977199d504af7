"use client";
// The work on a case: take it, write notes, ask the customer, decide; the second person's word on large releases.
import { Button, Form, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { Decide } from "@/features/fraud/components/decide";
import { useAskCustomer, useClaim, useEscalate, useLink, useNote, useUnclaim } from "@/features/fraud/queries";
import type { FraudCase } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";

export function CaseWork({ found }: { found: FraudCase }) {
  const t = useTranslations("fraud.work");
  const states = useTranslations("fraud.states");
  const locale = useLocale();
  const claim = useClaim(found.case_id);
  if (found.state !== "open" && found.state !== "awaiting_second") {
    return (
      <section className={ui.card} aria-labelledby="work">
        <h2 id="work">{states(found.state)}</h2>
        <p>{t("closed", { who: found.analyst_id ?? t("nobody"), at: found.decided_at === null ? "–" : formatDateTime(locale, found.decided_at) })}</p>
        {found.second_id !== null && <p>{t("second", { who: found.second_id })}</p>}
        {found.note !== "" && <bdi>{found.note}</bdi>}
      </section>
    );
  }
  return (
    <>
      <section className={ui.card} aria-labelledby="work">
        <h2 id="work">{t("title")}</h2>
        {claim.error !== null && <ErrorState error={claim.error} />}
        <Lock found={found} claim={claim} />
      </section>
      {found.lock?.mine === true && (
        <>
          <Decide found={found} />
          <Remarks id={found.case_id} askable={found.case_kind === "payment" && found.customer_answer === null} />
        </>
      )}
    </>
  );
}

function Lock({ found, claim }: { found: FraudCase; claim: ReturnType<typeof useClaim> }) {
  const t = useTranslations("fraud.work");
  const locale = useLocale();
  const unclaim = useUnclaim(found.case_id);
  const lock = found.lock;
  if (lock === null) {
    return (
      <>
        <p>{t("free")}</p>
        <Button type="primary" loading={claim.isPending} onClick={() => claim.mutate({ take_over: false })}>
          {t("claim")}
        </Button>
      </>
    );
  }
  const until = formatDateTime(locale, lock.until);
  if (lock.mine) {
    return (
      <>
        <p>{t("mine", { until })}</p>
        {unclaim.error !== null && <ErrorState error={unclaim.error} />}
        <div>
          <Button loading={unclaim.isPending} onClick={() => unclaim.mutate()}>
            {t("giveBack")}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <p>{t("taken", { who: lock.analyst_id, until })}</p>
      {found.breached && (
        <OneLine label={t("takeOverWhy")} button={t("takeOver")} pending={claim.isPending} onText={(reason) => claim.mutate({ take_over: true, reason })} />
      )}
    </>
  );
}

function Remarks({ id, askable }: { id: string; askable: boolean }) {
  const t = useTranslations("fraud.work");
  const note = useNote(id);
  const raise = useEscalate(id);
  const ask = useAskCustomer(id);
  const link = useLink(id);
  const error = note.error ?? raise.error ?? ask.error ?? link.error;
  const tie = (ref: string) => link.mutate({ target: ref.startsWith("case-") ? "case" : "payment", ref: ref.trim(), why: t("linkedByHand") });
  return (
    <section className={ui.card} aria-labelledby="remarks">
      <h2 id="remarks">{t("remarks")}</h2>
      {error !== null && <ErrorState error={error} />}
      <OneLine label={t("note")} button={t("addNote")} pending={note.isPending} onText={(text) => note.mutate(text)} />
      <OneLine label={t("linkRef")} button={t("addLink")} pending={link.isPending} onText={tie} />
      {askable && (
        <div>
          <Button loading={ask.isPending} onClick={() => ask.mutate()}>
            {t("ask")}
          </Button>
          {ask.isSuccess && <p role="status">{t("asked")}</p>}
        </div>
      )}
      <OneLine label={t("escalateWhy")} button={t("escalate")} pending={raise.isPending} onText={(text) => raise.mutate(text)} />
    </section>
  );
}

function OneLine({ label, button, pending, onText }: { label: string; button: string; pending: boolean; onText: (text: string) => void }) {
  const t = useTranslations("fraud.work");
  const [form] = Form.useForm<{ text: string }>();
  const send = ({ text }: { text: string }) => {
    onText(text);
    form.resetFields();
  };
  return (
    <Form<{ text: string }> form={form} name={button} layout="vertical" requiredMark={false} onFinish={send}>
      <Form.Item name="text" label={label} rules={[{ required: true, whitespace: true, min: 3, message: t("tooShort") }]}>
        <Input maxLength={500} />
      </Form.Item>
      <Button htmlType="submit" loading={pending}>
        {button}
      </Button>
    </Form>
  );
}
