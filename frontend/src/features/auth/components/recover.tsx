"use client";
// A forgotten password: ask for a letter, then set a new one with the secret of its link.
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { SandboxMailbox } from "@/features/auth/components/sandbox-mailbox";
import { PASSWORD_MIN, tokenOfAddress, tokenOfText } from "@/features/auth/model";
import { useForgot, useReset } from "@/features/auth/queries";
import { Link } from "@/lib/i18n/routing";
import { pendingEmail, rememberEmail } from "@/lib/pending-email";

export function Recover() {
  const [token, setToken] = useState<string | null>(null);
  const [sent, setSent] = useState(false);
  useEffect(() => {
    const found = tokenOfAddress(window.location.hash, window.location.search);
    if (found === null) return;
    // The secret works once; it should not stay in the history either.
    window.history.replaceState(null, "", window.location.pathname);
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the address is known in the browser only
    setToken(found);
  }, []);
  if (token !== null) return <NewPassword token={token} onRestart={() => setToken(null)} />;
  if (sent) return <Letter onToken={setToken} onRestart={() => setSent(false)} />;
  return <Ask onSent={() => setSent(true)} />;
}

function Ask({ onSent }: { onSent: () => void }) {
  const t = useTranslations("recover");
  const forgot = useForgot();
  const submit = ({ email }: { email: string }) => {
    rememberEmail(email.trim());
    forgot.mutate(email.trim(), { onSuccess: onSent });
  };
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        {forgot.error !== null && <ErrorState error={forgot.error} />}
        <Form<{ email: string }> layout="vertical" requiredMark={false} onFinish={submit} initialValues={{ email: pendingEmail() }}>
          <Form.Item name="email" label={t("email")} rules={[{ required: true, type: "email", message: t("emailWrong") }]}>
            <Input type="email" autoComplete="username" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={forgot.isPending}>
            {t("submit")}
          </Button>
        </Form>
        <p className={ui.faint}>
          <Link href="/app/login">{t("toLogIn")}</Link>
        </p>
      </div>
      <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="phone">
        <h2 id="phone">{t("phone.title")}</h2>
        <p>{t("phone.text")}</p>
      </section>
    </div>
  );
}

function Letter({ onToken, onRestart }: { onToken: (token: string) => void; onRestart: () => void }) {
  const t = useTranslations("recover.letter");
  const forgot = useForgot();
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead", { email: pendingEmail() })} />
      <div className={ui.card}>
        {forgot.error !== null && <ErrorState error={forgot.error} />}
        <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={({ code }) => onToken(tokenOfText(code))}>
          <Form.Item name="code" label={t("code")} extra={t("codeHint")} rules={[{ required: true, whitespace: true, message: t("codeMissing") }]}>
            <Input autoComplete="off" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large">
            {t("submit")}
          </Button>
        </Form>
        <div>
          <Button type="text" onClick={onRestart}>
            {t("restart")}
          </Button>
        </div>
      </div>
      <SandboxMailbox kind="reset_password" resend={forgot} onCode={onToken} />
    </div>
  );
}

function NewPassword({ token, onRestart }: { token: string; onRestart: () => void }) {
  const t = useTranslations("recover.reset");
  const signUp = useTranslations("signUp");
  const reset = useReset();
  if (reset.isSuccess) return <Changed />;
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        {reset.error !== null && <ErrorState error={reset.error} />}
        <Form<{ password: string }> layout="vertical" requiredMark={false} onFinish={({ password }) => reset.mutate({ token, password })}>
          <Form.Item
            name="password"
            label={t("password")}
            extra={signUp("passwordHint", { count: PASSWORD_MIN })}
            rules={[{ required: true, min: PASSWORD_MIN, message: signUp("passwordShort", { count: PASSWORD_MIN }) }]}
          >
            <Input.Password autoComplete="new-password" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={reset.isPending}>
            {t("submit")}
          </Button>
        </Form>
        <div>
          <Button type="text" onClick={onRestart}>
            {t("restart")}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Changed() {
  const t = useTranslations("recover.done");
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
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
