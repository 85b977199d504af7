"use client";
// One of the 13 questions; its answer is kept at once, and back shows what was answered.
import { useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import { OptionForm } from "@/features/onboarding/components/option-form";
import { useSaveAnswer } from "@/features/onboarding/queries";
import type { Questionnaire } from "@/features/onboarding/queries";

type Answers = Record<string, string>;
type Props = {
  asked: Questionnaire;
  at: number;
  answers: Answers;
  onBack: () => void;
  onKept: (changed: Answers) => void;
};

export function QuestionStage({ asked, at, answers, onBack, onKept }: Props) {
  const t = useTranslations("risk");
  const save = useSaveAnswer();
  const question = asked.items[at];
  if (question === undefined) return null;
  const total = asked.items.length;
  const answer = (option: string) =>
    save.mutate({ [question.item]: option }, { onSuccess: () => onKept({ ...answers, [question.item]: option }) });
  return (
    <>
      <Heading title={t("title")} lead={at === 0 ? t("lead") : undefined} />
      <OptionForm
        key={question.item}
        name={`item-${question.item}`}
        question={question.question}
        why={question.why}
        options={question.options}
        place={t("position", { position: at + 1, total })}
        share={at / total}
        chosen={answers[String(question.item)]}
        saving={save.isPending}
        error={save.error}
        onAnswer={answer}
        onBack={at === 0 ? undefined : onBack}
      />
    </>
  );
}
