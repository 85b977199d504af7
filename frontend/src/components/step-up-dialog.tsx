"use client";
// Asks for a fresh code before money moves; says what the code is for.
import { Button, Form, Input, Modal } from "antd";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { ErrorState } from "@/components/error-state";

type Props = { onCode: (code: string) => Promise<void>; onCancel: () => void };

export function StepUpDialog({ onCode, onCancel }: Props) {
  const t = useTranslations("stepUp");
  const [error, setError] = useState<unknown>(null);
  const [pending, setPending] = useState(false);
  const busy = useRef(false);
  const submit = async ({ code }: { code: string }) => {
    // A code counts once: sent twice, the second time is refused although the first was good.
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    setError(null);
    try {
      await onCode(code.replace(/\s/g, ""));
    } catch (refusal) {
      setError(refusal);
    } finally {
      busy.current = false;
      setPending(false);
    }
  };
  return (
    <Modal open title={t("title")} footer={null} onCancel={onCancel} destroyOnHidden mask={{ closable: false }}>
      <p>{t("text")}</p>
      {error !== null && <ErrorState error={error} />}
      <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
        <Form.Item name="code" label={t("code")} rules={[{ required: true, pattern: /^\d{3} ?\d{3}$/, message: t("wrong") }]} validateTrigger="onSubmit">
          <Input autoFocus autoComplete="one-time-code" inputMode="numeric" dir="ltr" size="large" />
        </Form.Item>
        <Button type="primary" htmlType="submit" size="large" block loading={pending}>
          {t("submit")}
        </Button>
      </Form>
    </Modal>
  );
}
