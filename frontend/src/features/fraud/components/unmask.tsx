"use client";
// Names are masked; showing one takes a reason and is written to the audit log.
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { useUnmask } from "@/features/fraud/queries";
import type { FraudCase } from "@/features/fraud/queries";

export function Unmask({ found }: { found: FraudCase }) {
  const t = useTranslations("fraud.unmask");
  const unmask = useUnmask(found.case_id);
  const userId = found.user_id || found.members[0] || "";
  if (userId === "") return null;
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="unmask">
      <h2 id="unmask">{t("title")}</h2>
      {unmask.data === undefined ? (
        <>
          <p className={ui.faint}>{t("text")}</p>
          {unmask.error !== null && <ErrorState error={unmask.error} />}
          <Form<{ reason: string }> name="unmask" layout="vertical" requiredMark={false} onFinish={({ reason }) => unmask.mutate({ user_id: userId, reason })}>
            <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, min: 3, message: t("reasonMissing") }]}>
              <Input maxLength={200} />
            </Form.Item>
            <Button htmlType="submit" loading={unmask.isPending}>
              {t("show")}
            </Button>
          </Form>
        </>
      ) : (
        <p>
          <bdi>{unmask.data.name}</bdi>
          <br />
          <bdi>{unmask.data.email}</bdi>
        </p>
      )}
    </section>
  );
}
