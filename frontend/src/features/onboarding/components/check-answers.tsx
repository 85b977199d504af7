"use client";
// All answers on one page, each with a way back to its question, before anything is scored.
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import type { Questionnaire } from "@/features/onboarding/queries";
import { ApiError } from "@/lib/api/problem";
import { Link } from "@/lib/i18n/routing";

type Props = {
  asked: Questionnaire;
  answers: Record<string, string>;
  onChange: (position: number) => void;
  error: unknown;
  busy: boolean;
  onSubmit: () => void;
};

export function CheckAnswers({ asked, answers, onChange, error, busy, onSubmit }: Props) {
  const t = useTranslations("risk.check");
  const factsMissing = error instanceof ApiError && error.code === "facts_missing";
  return (
    <>
      <Heading title={t("title")} lead={t("lead")} />
      {error !== null && <ErrorState error={error} />}
      {factsMissing && <Link href="/app/profile">{t("toProfile")}</Link>}
      <div className={ui.card}>
        <ul className={ui.list}>
          {asked.items.map((question, position) => (
            <li key={question.item} style={{ paddingBlock: "0.9rem" }}>
              <p className={ui.faint}>{question.question}</p>
              <div className={`${ui.row} ${ui.spread}`} style={{ flexWrap: "nowrap" }}>
                <p>{question.options.find((one) => one.option === answers[String(question.item)])?.text}</p>
                <Button type="link" onClick={() => onChange(position)} aria-label={t("changeItem", { item: question.item })}>
                  {t("change")}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <Button type="primary" size="large" loading={busy} onClick={onSubmit}>
          {t("submit")}
        </Button>
      </div>
    </>
  );
}
