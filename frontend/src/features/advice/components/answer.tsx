"use client";
// Her answer: accept (a preview of the orders follows), decline with a reason, or ask a person.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Radio } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { REJECT_CODES, standingQuery, useAskPerson, useReject } from "@/features/advice/queries";
import type { RejectCode, Standing, useAccept } from "@/features/advice/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

const MOST_LETTERS = 500;

type Accept = ReturnType<typeof useAccept>;

export function Answer({ id, accept }: { id: string; accept: Accept }) {
  const t = useTranslations("answer");
  const query = useQuery(standingQuery(id));
  return (
    <section className={ui.card} aria-labelledby="answer">
      <h2 id="answer">{t("title")}</h2>
      <Ready query={query} rows={3}>
        {(standing) => <Said id={id} standing={standing} accept={accept} />}
      </Ready>
    </section>
  );
}

function Said({ id, standing, accept }: { id: string; standing: Standing; accept: Accept }) {
  const [declining, setDeclining] = useState(false);
  if (standing.orders !== null) return <Ordered state={standing.orders} />;
  if (standing.rejection !== null) return <Declined rejection={standing.rejection} />;
  if (declining) return <Decline id={id} onBack={() => setDeclining(false)} />;
  return <Choose id={id} standing={standing} accept={accept} onDecline={() => setDeclining(true)} />;
}

function Choose({ id, standing, accept, onDecline }: { id: string; standing: Standing; accept: Accept; onDecline: () => void }) {
  const t = useTranslations("answer");
  const reason = useReasonText();
  const { blocked } = standing;
  return (
    <>
      {blocked !== null && (
        <div className={`${ui.notice} ${ui.warning}`} id="blocked">
          <strong>{t("blocked")}</strong>
          <p>{reason(blocked)}</p>
          {blocked.code !== "advice_stale_price" && <Link href="/app/recommendation">{t("askAgain")}</Link>}
        </div>
      )}
      {accept.error !== null && <ErrorState error={accept.error} />}
      <p className={ui.faint}>{t("hint")}</p>
      <div className={ui.row}>
        <Button
          type="primary"
          size="large"
          disabled={blocked !== null}
          aria-describedby={blocked === null ? undefined : "blocked"}
          loading={accept.isPending}
          onClick={() => accept.mutate(id)}
        >
          {t("accept")}
        </Button>
        <Button size="large" onClick={onDecline}>
          {t("decline")}
        </Button>
      </div>
    </>
  );
}

type DeclineForm = { code: RejectCode; note?: string };

function Decline({ id, onBack }: { id: string; onBack: () => void }) {
  const t = useTranslations("answer");
  const reject = useReject(id);
  return (
    <Form<DeclineForm>
      name="decline"
      layout="vertical"
      requiredMark={false}
      onFinish={({ code, note }) => reject.mutate({ code, note: (note ?? "").trim() })}
    >
      {reject.error !== null && <ErrorState error={reject.error} />}
      <Form.Item name="code" label={t("why")} rules={[{ required: true, message: t("whyMissing") }]}>
        <Radio.Group className={ui.stack} options={REJECT_CODES.map((code) => ({ value: code, label: t(`codes.${code}`) }))} />
      </Form.Item>
      <Form.Item name="note" label={t("note")} extra={t("noteHint")}>
        <Input.TextArea rows={3} maxLength={MOST_LETTERS} />
      </Form.Item>
      <div className={ui.row}>
        <Button type="primary" htmlType="submit" loading={reject.isPending}>
          {t("declineNow")}
        </Button>
        <Button onClick={onBack}>{t("back")}</Button>
      </div>
    </Form>
  );
}

function Declined({ rejection }: { rejection: NonNullable<Standing["rejection"]> }) {
  const t = useTranslations("answer");
  const locale = useLocale();
  return (
    <div className={ui.notice} role="status" data-testid="declined">
      <strong>{t("declined", { at: formatDateTime(locale, rejection.at) })}</strong>
      <p>{t(`codes.${rejection.code}`)}</p>
      {rejection.note !== "" && <p dir="auto">{rejection.note}</p>}
      <Link href="/app/recommendation">{t("askAgain")}</Link>
    </div>
  );
}

function Ordered({ state }: { state: NonNullable<Standing["orders"]> }) {
  const t = useTranslations("answer");
  return (
    <div className={ui.notice} role="status">
      <strong>{t(`orders.${state}`)}</strong>
      <Link href="/app/orders">{t("toOrders")}</Link>
    </div>
  );
}

export function AskPerson({ id }: { id: string }) {
  const t = useTranslations("askPerson");
  const query = useQuery(standingQuery(id));
  return (
    <section className={ui.card} aria-labelledby="ask-person">
      <h2 id="ask-person">{t("title")}</h2>
      <Ready query={query} rows={2}>
        {({ help }) => (help === null ? <Question id={id} /> : <Asked help={help} />)}
      </Ready>
    </section>
  );
}

function Question({ id }: { id: string }) {
  const t = useTranslations("askPerson");
  const ask = useAskPerson(id);
  return (
    <Form<{ message: string }> name="ask-person" layout="vertical" requiredMark={false} onFinish={({ message }) => ask.mutate(message.trim())}>
      {ask.error !== null && <ErrorState error={ask.error} />}
      <Form.Item
        name="message"
        label={t("message")}
        extra={t("hint")}
        rules={[{ required: true, whitespace: true, transform: (text: string) => text.trim(), min: 3, message: t("missing") }]}
      >
        <Input.TextArea rows={3} maxLength={MOST_LETTERS} />
      </Form.Item>
      <Button htmlType="submit" loading={ask.isPending}>
        {t("send")}
      </Button>
    </Form>
  );
}

function Asked({ help }: { help: NonNullable<Standing["help"]> }) {
  const t = useTranslations("askPerson");
  const locale = useLocale();
  return (
    <div role="status" className={ui.stack}>
      <p>{t("asked", { at: formatDateTime(locale, help.asked_at) })}</p>
      <blockquote dir="auto">{help.message}</blockquote>
      {help.answered_at === null ? (
        <p>{t("waiting")}</p>
      ) : (
        <>
          <p>{t("answered", { at: formatDateTime(locale, help.answered_at) })}</p>
          <blockquote dir="auto">{help.answer}</blockquote>
        </>
      )}
    </div>
  );
}
