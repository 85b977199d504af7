"use client";
// Confirms an address: by the link at once, or by a code typed from the letter.
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { SandboxMailbox } from "@/features/auth/components/sandbox-mailbox";
import { tokenOfAddress, tokenOfText } from "@/features/auth/model";
import { useResend, useVerifyEmail } from "@/features/auth/queries";
import { Link } from "@/lib/i18n/routing";
import { pendingEmail } from "@/lib/pending-email";

export function VerifyEmail() {
  const t = useTranslations("verify");
  const verify = useVerifyEmail();
  const resend = useResend();
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
      <SandboxMailbox kind="verify_email" resend={resend} onCode={(code) => verify.mutate(code)} />
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
