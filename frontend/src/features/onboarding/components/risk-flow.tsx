"use client";
// The risk screen: 13 questions, questions of fact, a check of all answers, follow-ups, then the result.
import { useQuery } from "@tanstack/react-query";
import { useLocale } from "next-intl";
import { useState } from "react";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { CheckAnswers } from "@/features/onboarding/components/check-answers";
import { FactStage } from "@/features/onboarding/components/fact-questions";
import { FollowUpStage } from "@/features/onboarding/components/follow-ups";
import { QuestionStage } from "@/features/onboarding/components/question-stage";
import { RiskResult } from "@/features/onboarding/components/risk-result";
import { firstOpen, hasProfile, isSettled } from "@/features/onboarding/model";
import {
  factsQuery, onboardingQuery, questionnaireQuery, riskProfileQuery, useFindFollowUps, useScore,
} from "@/features/onboarding/queries";
import type { FactQuestions, FollowUp, Questionnaire } from "@/features/onboarding/queries";

export function RiskFlow() {
  const locale = useLocale();
  const overview = useQuery(onboardingQuery);
  const questionnaire = useQuery(questionnaireQuery(locale));
  const facts = useQuery(factsQuery(locale));
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Ready query={overview}>
        {(found) => (
          <Ready query={questionnaire}>
            {(asked) => (
              <Ready query={facts}>
                {(tested) => <Flow asked={asked} tested={tested} kept={found.answers} made={hasProfile(found.steps)} />}
              </Ready>
            )}
          </Ready>
        )}
      </Ready>
    </div>
  );
}

type Stage = "questions" | "facts" | "check" | "followUps" | "result";
type FlowProps = { asked: Questionnaire; tested: FactQuestions; kept: Record<string, string>; made: boolean };

function Flow({ asked, tested, kept, made }: FlowProps) {
  const [answers, setAnswers] = useState(kept);
  const [at, setAt] = useState(() => firstOpen(asked.items, kept));
  const [stage, setStage] = useState<Stage>(() => firstStage(asked, tested, kept, made));
  const [raised, setRaised] = useState<readonly FollowUp[]>([]);
  const find = useFindFollowUps(useLocale());
  const score = useScore();
  const profile = useQuery({ ...riskProfileQuery, enabled: stage === "result" });

  const afterQuestions = (): Stage => (isSettled(tested) ? "check" : "facts");
  const make = () => score.mutate(undefined, { onSuccess: () => setStage("result") });
  const submit = () =>
    find.mutate(undefined, {
      onSuccess: (found) => {
        const open = found.filter((one) => one.reply === null);
        setRaised(open);
        if (open.length > 0) setStage("followUps");
        else make();
      },
    });

  switch (stage) {
    case "result":
      return (
        <Ready query={profile}>
          {(found) => <RiskResult profile={found} asked={asked} onAgain={() => setStage(afterQuestions())} />}
        </Ready>
      );
    case "followUps":
      return score.error === null ? (
        <FollowUpStage asked={raised} onDone={make} onBack={() => setStage("check")} />
      ) : (
        <CheckAnswers asked={asked} answers={answers} onChange={change} error={score.error} busy={false} onSubmit={submit} />
      );
    case "check":
      return (
        <CheckAnswers
          asked={asked}
          answers={answers}
          onChange={change}
          error={find.error ?? score.error}
          busy={find.isPending || score.isPending}
          onSubmit={submit}
        />
      );
    case "facts":
      return (
        <FactStage
          asked={tested}
          onDone={() => setStage("check")}
          onBack={() => change(asked.items.length - 1)}
        />
      );
    default:
      return (
        <QuestionStage
          asked={asked}
          at={at}
          answers={answers}
          onBack={() => setAt(at - 1)}
          onKept={(changed) => {
            setAnswers(changed);
            // A changed answer leads back to the check; otherwise on to the next one.
            if (firstOpen(asked.items, changed) >= asked.items.length) setStage(afterQuestions());
            else setAt(at + 1);
          }}
        />
      );
  }

  function change(position: number) {
    setAt(position);
    setStage("questions");
  }
}

function firstStage(asked: Questionnaire, tested: FactQuestions, kept: Record<string, string>, made: boolean): Stage {
  if (made) return "result";
  if (firstOpen(asked.items, kept) < asked.items.length) return "questions";
  return isSettled(tested) ? "check" : "facts";
}
