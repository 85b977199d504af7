"use client";
// The adviser's desk: what customers ask about their advice, the oldest first, each answered once.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Empty, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { deskQuery, useAnswer } from "@/features/advice/queries";
import type { AdviceRequest } from "@/features/advice/queries";
import { formatDateTime } from "@/lib/dates";

const MOST_LETTERS = 500;

export function AdviceDesk() {
  const t = useTranslations("adviceDesk");
  const queue = useQuery(deskQuery);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={queue}>
        {({ requests }) =>
          requests.length === 0 ? (
            <Empty text={t("empty")} action={<Button onClick={() => void queue.refetch()}>{t("refresh")}</Button>} />
          ) : (
            requests.map((one) => <Question key={one.recommendation_id} asked={one} />)
          )
        }
      </Ready>
    </div>
  );
}

function Question({ asked }: { asked: AdviceRequest }) {
  const t = useTranslations("adviceDesk");
  const locale = useLocale();
  const answer = useAnswer();
  const id = asked.recommendation_id;
  return (
    <section className={ui.card} aria-labelledby={`asked-${id}`}>
      <h2 id={`asked-${id}`}>{t("asked", { at: formatDateTime(locale, asked.asked_at) })}</h2>
      <blockquote dir="auto">{asked.message}</blockquote>
      <p className={ui.faint}>
        {t("about")} <span className={ui.code}>{id}</span>
      </p>
      {answer.error !== null && <ErrorState error={answer.error} />}
      <Form<{ message: string }> name={`answer-${id}`} layout="vertical" requiredMark={false} onFinish={({ message }) => answer.mutate({ id, message: message.trim() })}>
        <Form.Item
          name="message"
          label={t("message")}
          rules={[{ required: true, whitespace: true, transform: (text: string) => text.trim(), min: 3, message: t("missing") }]}
        >
          <Input.TextArea rows={3} maxLength={MOST_LETTERS} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={answer.isPending}>
          {t("send")}
        </Button>
      </Form>
    </section>
  );
}
