"use client";
// A new person: name, address, password; the next thing she needs is her mailbox.
import { Button, Form, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { PASSWORD_MIN } from "@/features/auth/model";
import { useRegister } from "@/features/auth/queries";
import { Link, useRouter } from "@/lib/i18n/routing";
import { rememberEmail } from "@/lib/pending-email";

type Values = { name: string; email: string; password: string };

export function SignUp() {
  const t = useTranslations("signUp");
  const locale = useLocale();
  const router = useRouter();
  const register = useRegister();
  const submit = (values: Values) =>
    register.mutate(
      { ...values, email: values.email.trim(), locale },
      {
        onSuccess: () => {
          rememberEmail(values.email.trim());
          router.push("/app/verify");
        },
      },
    );
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        {register.error !== null && <ErrorState error={register.error} />}
        <Form<Values> layout="vertical" onFinish={submit} requiredMark={false} scrollToFirstError>
          <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}>
            <Input autoComplete="name" maxLength={80} />
          </Form.Item>
          <Form.Item name="email" label={t("email")} rules={[{ required: true, type: "email", message: t("emailWrong") }]}>
            <Input type="email" autoComplete="email" dir="ltr" />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("password")}
            extra={t("passwordHint", { count: PASSWORD_MIN })}
            rules={[{ required: true, min: PASSWORD_MIN, message: t("passwordShort", { count: PASSWORD_MIN }) }]}
          >
            <Input.Password autoComplete="new-password" dir="ltr" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={register.isPending}>
            {t("submit")}
          </Button>
        </Form>
        <p className={ui.faint}>
          {t("known")} <Link href="/app/login">{t("logIn")}</Link>
        </p>
      </div>
    </div>
  );
}
