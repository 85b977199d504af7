"use client";
// "Ask a person": the customer's own words once, then when she asked, then what the person found.
import { Button, Form, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { useAskReview } from "@/features/fraud/queries";
import type { Notice } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";

export function ReviewRequest({ notice }: { notice: Notice }) {
  const t = useTranslations("confirm.notice.review");
  const ask = useAskReview(notice.decision_id);
  if (notice.review_asked_at === null && notice.outcome === "approve") return null;
  return (
    <section className={ui.card} aria-labelledby="review">
      <h2 id="review">{t("title")}</h2>
      {notice.review_asked_at !== null ? (
        <Asked notice={notice} at={notice.review_asked_at} />
      ) : (
        <>
          {ask.error !== null && <ErrorState error={ask.error} />}
          <Form<{ message: string }> name="review" layout="vertical" requiredMark={false} onFinish={({ message }) => ask.mutate(message.trim())}>
            <Form.Item
              name="message"
              label={t("message")}
              extra={t("hint")}
              rules={[{ required: true, whitespace: true, transform: (text: string) => text.trim(), min: 3, message: t("missing") }]}
            >
              <Input.TextArea rows={3} maxLength={500} showCount />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={ask.isPending}>
              {t("send")}
            </Button>
          </Form>
        </>
      )}
    </section>
  );
}

function Asked({ notice, at }: { notice: Notice; at: string }) {
  const t = useTranslations("confirm.notice.review");
  const locale = useLocale();
  return (
    <div role="status">
      <p>{t("asked", { at: formatDateTime(locale, at) })}</p>
      <p>{notice.review_outcome === null ? t("waiting") : t(notice.review_outcome, { at: formatDateTime(locale, notice.review_decided_at ?? at) })}</p>
    </div>
  );
}
