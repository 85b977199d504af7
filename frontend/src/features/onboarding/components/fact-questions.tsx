"use client";
// Questions of fact, one a page: the first answer counts and is graded at once; a wrong one is explained.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { OptionForm } from "@/features/onboarding/components/option-form";
import { firstUnsettled } from "@/features/onboarding/model";
import { useAnswerFact, useConfirmExplanation } from "@/features/onboarding/queries";
import type { FactQuestion, FactQuestions } from "@/features/onboarding/queries";

type Props = { asked: FactQuestions; onDone: () => void; onBack: () => void };

export function FactStage({ asked, onDone, onBack }: Props) {
  const t = useTranslations("risk.facts");
  const locale = useLocale();
  const [at, setAt] = useState(() => firstUnsettled(asked.items));
  const answer = useAnswerFact(locale);
  const fact = asked.items[at];
  if (fact === undefined) return null;
  const total = asked.items.length;
  const place = t("position", { position: at + 1, total });
  const next = () => (at + 1 < total ? setAt(at + 1) : onDone());
  const back = at === 0 ? onBack : () => setAt(at - 1);
  return (
    <>
      <Heading title={t("title")} lead={at === 0 ? t("lead") : undefined} />
      {fact.grade === "open" ? (
        <OptionForm
          key={fact.topic}
          name={`fact-${fact.topic}`}
          question={fact.question}
          why={fact.why}
          options={fact.options}
          place={place}
          share={at / total}
          chosen={undefined}
          saving={answer.isPending}
          error={answer.error}
          onAnswer={(option) => answer.mutate({ [fact.topic]: option })}
          onBack={back}
        />
      ) : (
        <Graded key={fact.topic} fact={fact} place={place} onNext={next} onBack={back} />
      )}
    </>
  );
}

type GradedProps = { fact: FactQuestion; place: string; onNext: () => void; onBack: () => void };

function Graded({ fact, place, onNext, onBack }: GradedProps) {
  const t = useTranslations("risk.facts");
  const r = useTranslations("risk");
  const confirm = useConfirmExplanation(useLocale());
  const given = fact.options.find((one) => one.option === fact.answer)?.text;
  const wrong = fact.grade === "wrong";
  const proceed = () => {
    if (!wrong || fact.explanation === null) return onNext();
    confirm.mutate({ topic: fact.topic, sha256: fact.explanation.sha256 }, { onSuccess: onNext });
  };
  return (
    <div className={ui.stack}>
      <p className={ui.label}>{place}</p>
      {confirm.error !== null && <ErrorState error={confirm.error} />}
      <section className={ui.card} aria-labelledby="fact">
        <h2 id="fact">{fact.question}</h2>
        <p>{t("given", { answer: given ?? "" })}</p>
        <p role="status" className={`${ui.notice} ${fact.grade === "right" ? "" : ui.warning}`}>
          <strong>{t(`grade.${fact.grade}`)}</strong>
        </p>
        {fact.explanation?.paragraphs.map((text) => <p key={text}>{text}</p>)}
      </section>
      <div className={ui.row}>
        <Button type="primary" size="large" loading={confirm.isPending} onClick={proceed}>
          {wrong ? t("read") : r("next")}
        </Button>
        <Button type="text" size="large" onClick={onBack}>
          {r("back")}
        </Button>
      </div>
    </div>
  );
}
