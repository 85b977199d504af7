"use client";
// Confirms an address: by the link at once, or by a code typed from the letter.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { tokenOfAddress, tokenOfText } from "@/features/auth/model";
import { mailboxQuery, useResend, useVerifyEmail } from "@/features/auth/queries";
import { Link } from "@/lib/i18n/routing";
import { pendingEmail } from "@/lib/pending-email";

export function VerifyEmail() {
  const t = useTranslations("verify");
  const verify = useVerifyEmail();
  const fromLink = useRef(false);
  const { mutate } = verify;
  useEffect(() => {
    const token = tokenOfAddress(window.location.hash, window.location.search);
    if (token === null || fromLink.current) return;
    fromLink.current = true;
    // The secret works once; it should not stay in the history either.
    window.history.replaceState(null, "", window.location.pathname);
    mutate(token);
  }, [mutate]);
  if (verify.isSuccess) return <Confirmed />;
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead", { email: pendingEmail() || "–" })} />
      <div className={ui.card}>
        {verify.error !== null && <ErrorState error={verify.error} />}
        <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={({ code }) => verify.mutate(tokenOfText(code))}>
          <Form.Item name="code" label={t("code")} extra={t("codeHint")} rules={[{ required: true, message: t("codeMissing") }]}>
            <Input autoComplete="one-time-code" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={verify.isPending}>
            {t("submit")}
          </Button>
        </Form>
      </div>
      <SandboxMailbox onCode={(code) => verify.mutate(code)} />
    </div>
  );
}

function Confirmed() {
  const t = useTranslations("verify");
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("doneTitle")} lead={t("doneLead")} />
      <div>
        <Link href="/app/login">
          <Button type="primary" size="large">
            {t("toLogIn")}
          </Button>
        </Link>
      </div>
    </div>
  );
}

function SandboxMailbox({ onCode }: { onCode: (code: string) => void }) {
  const t = useTranslations("verify");
  const [email, setEmail] = useState(pendingEmail());
  const [asked, setAsked] = useState(false);
  const resend = useResend();
  const mailbox = useQuery({ ...mailboxQuery(email), enabled: asked && email.includes("@") });
  const letters = (mailbox.data?.messages ?? []).filter((letter) => letter.action_code !== null);
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="mailbox">
      <h2 id="mailbox">{t("mailbox.title")}</h2>
      <p className={ui.faint}>{t("mailbox.text")}</p>
      <label htmlFor="mailbox-email">{t("mailbox.email")}</label>
      <Input id="mailbox-email" type="email" dir="ltr" value={email} onChange={(event) => setEmail(event.target.value)} />
      <div className={ui.row}>
        <Button
          loading={mailbox.isFetching}
          onClick={() => (asked ? void mailbox.refetch() : setAsked(true))}
        >
          {t("mailbox.open")}
        </Button>
        <Button type="text" loading={resend.isPending} onClick={() => resend.mutate(email)}>
          {t("resend")}
        </Button>
      </div>
      {mailbox.error !== null && <ErrorState error={mailbox.error} />}
      {resend.isSuccess && <p role="status">{t("resent")}</p>}
      {mailbox.isSuccess && letters.length === 0 && <p role="status">{t("mailbox.empty")}</p>}
      {letters.slice(0, 1).map((letter) => (
        <div key={letter.id} className={ui.row}>
          <span>{letter.subject}</span>
          <Button type="primary" onClick={() => onCode(letter.action_code ?? "")}>
            {t("mailbox.use")}
          </Button>
        </div>
      ))}
    </section>
  );
}
