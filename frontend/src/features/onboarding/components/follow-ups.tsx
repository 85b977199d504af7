"use client";
// Answers that do not fit together: one specific question each; leaving one open is allowed and says what follows.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { OptionForm } from "@/features/onboarding/components/option-form";
import { useReplyToFollowUp } from "@/features/onboarding/queries";
import type { FollowUp } from "@/features/onboarding/queries";

type Props = { asked: readonly FollowUp[]; onDone: () => void; onBack: () => void };

export function FollowUpStage({ asked, onDone, onBack }: Props) {
  const t = useTranslations("risk.followUp");
  const [at, setAt] = useState(0);
  const reply = useReplyToFollowUp(useLocale());
  const one = asked[at];
  if (one === undefined) return null;
  const next = () => (at + 1 < asked.length ? setAt(at + 1) : onDone());
  return (
    <>
      <Heading title={t("title")} lead={one.is_binding ? t("lead") : t("leadModel")} />
      <OptionForm
        key={one.code}
        name={`follow-up-${one.code}`}
        question={one.question}
        why={one.why}
        options={[
          { option: "careful", text: one.careful },
          { option: "bold", text: one.bold },
        ]}
        place={t("position", { position: at + 1, total: asked.length })}
        share={at / asked.length}
        chosen={one.reply ?? undefined}
        saving={reply.isPending}
        error={reply.error}
        onAnswer={(option) => {
          if (option === "careful" || option === "bold") reply.mutate({ [one.code]: option }, { onSuccess: next });
        }}
        onBack={at === 0 ? onBack : () => setAt(at - 1)}
      />
      <div>
        <Button onClick={next}>
          {t("skip")}
        </Button>
        <p className={ui.faint}>{one.is_binding ? t("skipBinding") : t("skipModel")}</p>
      </div>
    </>
  );
}
