"use client";
// The questionnaire: one question a page, each answer kept at once, then a check of all answers, then the result.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { CheckAnswers } from "@/features/onboarding/components/check-answers";
import { Question } from "@/features/onboarding/components/question";
import { RiskResult } from "@/features/onboarding/components/risk-result";
import { firstOpen } from "@/features/onboarding/model";
import { onboardingQuery, questionnaireQuery, useSaveAnswer, useScore } from "@/features/onboarding/queries";
import type { Questionnaire } from "@/features/onboarding/queries";

export function RiskFlow() {
  const overview = useQuery(onboardingQuery);
  const questionnaire = useQuery(questionnaireQuery(useLocale()));
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Ready query={overview}>
        {(found) => (
          <Ready query={questionnaire}>{(asked) => <Flow asked={asked} kept={found.answers} />}</Ready>
        )}
      </Ready>
    </div>
  );
}

function Flow({ asked, kept }: { asked: Questionnaire; kept: Record<string, string> }) {
  const t = useTranslations("risk");
  const [answers, setAnswers] = useState(kept);
  const [at, setAt] = useState(() => firstOpen(asked.items, kept));
  const save = useSaveAnswer();
  const score = useScore();
  if (score.data !== undefined) return <RiskResult profile={score.data} />;
  const question = asked.items[at];
  if (question === undefined) {
    return (
      <>
        <Heading title={t("check.title")} lead={t("check.lead")} />
        <CheckAnswers asked={asked} answers={answers} onChange={setAt} score={score} />
      </>
    );
  }
  const answer = (option: string) => {
    const changed = { ...answers, [question.item]: option };
    save.mutate(
      { [question.item]: option },
      {
        onSuccess: () => {
          setAnswers(changed);
          // A changed answer leads back to the check; otherwise on to the next one.
          setAt(firstOpen(asked.items, changed) >= asked.items.length ? asked.items.length : at + 1);
        },
      },
    );
  };
  return (
    <>
      <Heading title={t("title")} lead={at === 0 ? t("lead") : undefined} />
      <Question
        key={question.item}
        question={question}
        position={at + 1}
        total={asked.items.length}
        chosen={answers[String(question.item)]}
        saving={save.isPending}
        error={save.error}
        onAnswer={answer}
        onBack={at === 0 ? undefined : () => setAt(at - 1)}
      />
    </>
  );
}
