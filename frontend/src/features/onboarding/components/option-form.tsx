"use client";
// One question a page: its options as large targets, why it is asked, how far one is.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import risk from "@/features/onboarding/components/risk.module.css";

type Props = {
  name: string;
  question: string;
  why: string;
  options: readonly { option: string; text: string }[];
  place: string;
  share: number;
  chosen: string | undefined;
  saving: boolean;
  error: unknown;
  onAnswer: (option: string) => void;
  onBack: (() => void) | undefined;
};

export function OptionForm({
  name, question, why, options, place, share, chosen, saving, error, onAnswer, onBack,
}: Props) {
  const t = useTranslations("risk");
  const [option, setOption] = useState(chosen);
  const [missing, setMissing] = useState(false);
  const submit = () => {
    setMissing(option === undefined);
    if (option !== undefined) onAnswer(option);
  };
  return (
    <form
      className={ui.stack}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className={ui.label}>{place}</p>
      <div className={risk.bar} aria-hidden="true">
        <div style={{ inlineSize: `${100 * share}%` }} />
      </div>
      {error !== null && <ErrorState error={error} />}
      <div className={ui.card}>
        <fieldset className={risk.options}>
          <legend>{question}</legend>
          {options.map((one) => (
            <label key={one.option} className={risk.option}>
              <input
                type="radio"
                name={name}
                value={one.option}
                checked={option === one.option}
                onChange={() => setOption(one.option)}
              />
              <span>{one.text}</span>
            </label>
          ))}
        </fieldset>
        {missing && option === undefined && (
          <p role="alert" className={ui.negative}>
            {t("choose")}
          </p>
        )}
        <details>
          <summary>{t("why")}</summary>
          <p className={ui.faint}>{why}</p>
        </details>
      </div>
      <div className={ui.row}>
        <Button type="primary" htmlType="submit" size="large" loading={saving}>
          {t("next")}
        </Button>
        {onBack !== undefined && (
          <Button type="text" size="large" onClick={onBack}>
            {t("back")}
          </Button>
        )}
      </div>
    </form>
  );
}
