"use client";
// A wish with its reason: measuring a version happens at once, another version in force needs a second person.
import { Button, Form, Input, Modal } from "antd";
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { useAsk, useShadow } from "@/features/models/queries";
import { ApiError } from "@/lib/api/problem";

export type Wish = { act: "shadow" | "unshadow" | "promote" | "rollback"; version: string };
export type OnWish = ((wish: Wish) => void) | undefined;

type Props = { wish: Wish; onDone: (act: Wish["act"]) => void; onCancel: () => void };

export function AskDialog({ wish, onDone, onCancel }: Props) {
  const t = useTranslations("models.ask");
  const shadow = useShadow();
  const ask = useAsk();
  const error = shadow.error ?? ask.error;
  const submit = ({ reason }: { reason: string }) => {
    const onSuccess = () => onDone(wish.act);
    const { act, version } = wish;
    if (act === "promote") ask.mutate({ action: act, version, reason }, { onSuccess });
    // A rollback goes to the version before: the server knows which one that is.
    else if (act === "rollback") ask.mutate({ action: act, version: null, reason }, { onSuccess });
    else shadow.mutate({ version: act === "shadow" ? version : null, reason }, { onSuccess });
  };
  return (
    <Modal open title={t(`${wish.act}.title`)} footer={null} onCancel={onCancel} destroyOnHidden mask={{ closable: false }}>
      <div className={ui.stack}>
        <p>
          <bdi className={ui.code}>{wish.version}</bdi>
        </p>
        <p>{t(`${wish.act}.text`)}</p>
        {error !== null && (
          <>
            <ErrorState error={error} />
            <Reasons error={error} />
          </>
        )}
        <Form<{ reason: string }> name="ask" layout="vertical" requiredMark={false} onFinish={submit}>
          <Form.Item name="reason" label={t("reason")} extra={t("reasonHint")} rules={[{ required: true, whitespace: true, min: 3, message: t("reasonMissing") }]}>
            <Input.TextArea rows={3} maxLength={500} autoFocus />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={shadow.isPending || ask.isPending}>
            {t(`${wish.act}.submit`)}
          </Button>
        </Form>
      </div>
    </Modal>
  );
}

/** What speaks against a promotion, in the gate's own words. */
function Reasons({ error }: { error: unknown }) {
  const reasons = error instanceof ApiError ? error.fields.reasons : null;
  if (!Array.isArray(reasons)) return null;
  return (
    <ul lang="en">
      {reasons.map(String).map((reason) => (
        <li key={reason}>
          <bdi>{reason}</bdi>
        </li>
      ))}
    </ul>
  );
}
