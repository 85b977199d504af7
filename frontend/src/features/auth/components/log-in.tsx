"use client";
// Log-in: address and password, then the code when two-step verification is on.
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { cleanCode, isRecoveryCode, isTotpCode } from "@/features/auth/model";
import { useLogIn, useSecondFactor } from "@/features/auth/queries";
import { safeReturnPath } from "@/lib/auth/return-path";
import { useSessionState } from "@/lib/auth/session";
import { Link, useRouter } from "@/lib/i18n/routing";
import { pendingEmail } from "@/lib/pending-email";

type Values = { email: string; password: string };

export function LogIn() {
  const t = useTranslations("logIn");
  const router = useRouter();
  const state = useSessionState();
  const [challenge, setChallenge] = useState<string | null>(null);
  const logIn = useLogIn();
  useEffect(() => {
    if (state !== "signed_in") return;
    const wanted = new URLSearchParams(window.location.search).get("return");
    router.replace(safeReturnPath(wanted, "/app/start"));
  }, [state, router]);
  if (challenge !== null) return <CodeStep challenge={challenge} onRestart={() => setChallenge(null)} />;
  const submit = (values: Values) =>
    logIn.mutate(
      { email: values.email.trim(), password: values.password },
      { onSuccess: (answer) => answer.status === "second_factor" && setChallenge(answer.challenge) },
    );
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        {logIn.error !== null && <ErrorState error={logIn.error} />}
        <Form<Values> layout="vertical" requiredMark={false} onFinish={submit} initialValues={{ email: pendingEmail() }}>
          <Form.Item name="email" label={t("email")} rules={[{ required: true, type: "email", message: t("emailWrong") }]}>
            <Input type="email" autoComplete="username" dir="ltr" />
          </Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
            <Input.Password autoComplete="current-password" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={logIn.isPending}>
            {t("submit")}
          </Button>
        </Form>
        <p className={ui.faint}>
          <Link href="/app/recover">{t("forgot")}</Link>
        </p>
        <p className={ui.faint}>
          {t("new")} <Link href="/app/signup">{t("signUp")}</Link>
        </p>
      </div>
    </div>
  );
}

/** The second step; a lost phone is answered with a recovery code in the same place. */
function CodeStep({ challenge, onRestart }: { challenge: string; onRestart: () => void }) {
  const [way, setWay] = useState<"code" | "recovery">("code");
  const t = useTranslations(`logIn.${way}`);
  const second = useSecondFactor();
  const [form] = Form.useForm<{ code: string }>();
  const other = way === "code" ? "recovery" : "code";
  const fits = way === "code" ? isTotpCode : isRecoveryCode;
  const submit = ({ code }: { code: string }) => second.mutate({ challenge, code: cleanCode(code) });
  const check = (_: unknown, typed: string | undefined) =>
    fits(cleanCode(typed ?? "")) ? Promise.resolve() : Promise.reject(new Error(t("wrong")));
  const swap = () => {
    second.reset();
    form.resetFields();
    setWay(other);
  };
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        {second.error !== null && <ErrorState error={second.error} />}
        <Form<{ code: string }> form={form} layout="vertical" requiredMark={false} onFinish={submit}>
          <Form.Item name="code" label={t("label")} extra={t("hint")} rules={[{ validator: check }]} validateTrigger="onSubmit">
            <Input autoComplete="one-time-code" dir="ltr" size="large" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={second.isPending}>
            {t("submit")}
          </Button>
        </Form>
        <div className={ui.row}>
          <Button onClick={swap}>{t("other")}</Button>
          <Button type="text" onClick={onRestart}>
            {t("restart")}
          </Button>
        </div>
      </div>
    </div>
  );
}
