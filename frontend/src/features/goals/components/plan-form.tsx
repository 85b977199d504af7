"use client";
// What one saves for: name, amount, date, what is put in; each slider has a typed twin.
import { Checkbox, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useId } from "react";

import ui from "@/components/ui.module.css";
import style from "@/features/goals/components/goals.module.css";
import { SliderField } from "@/features/goals/components/slider-field";
import {
  LEAST_WANTED,
  MONTHLY_STEPS,
  MOST_WANTED,
  MOST_YEARS,
  nearestStep,
  TARGET_STEPS,
  yearsAfter,
  yearsBetween,
} from "@/features/goals/model";
import type { Draft, Problems } from "@/features/goals/model";
import { formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

// The slider of the wanted chance moves in steps of so many of a hundred.
const STEP = 5;

type Props = { draft: Draft; currency: string; today: string; problems: Problems; onChange: (draft: Draft) => void };

export function PlanForm({ draft, currency, today, problems, onChange }: Props) {
  const t = useTranslations("goals.form");
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  const wrong = (field: keyof Problems) => {
    const problem = problems[field];
    return problem === undefined ? null : t(`problems.${problem}`);
  };
  return (
    <section className={ui.card} aria-labelledby="plan">
      <h2 id="plan">{t("title")}</h2>
      <NameField value={draft.name} onType={(name) => set({ name })} />
      <AmountField label={t("target")} sliderLabel={t("targetSlider")} steps={TARGET_STEPS} value={draft.target} currency={currency} problem={wrong("target")} onChange={(target) => set({ target })} />
      <DateField due={draft.due} today={today} problem={wrong("due")} onChange={(due) => set({ due })} />
      <AmountField label={t("monthly")} sliderLabel={t("monthlySlider")} steps={MONTHLY_STEPS} value={draft.monthly} currency={currency} problem={wrong("monthly")} onChange={(monthly) => set({ monthly })} />
      <fieldset className={`${style.field} ${style.plain}`}>
        <legend className={style.legend}>{t("start")}</legend>
        <Checkbox checked={draft.everything} onChange={(event) => set({ everything: event.target.checked })}>
          {t("everything")}
        </Checkbox>
        {!draft.everything && (
          <AmountField label={t("startAmount")} sliderLabel={t("startSlider")} steps={["0", ...TARGET_STEPS]} value={draft.start} currency={currency} problem={wrong("start")} onChange={(start) => set({ start })} />
        )}
      </fieldset>
      <WantedField wanted={draft.wanted} problem={wrong("wanted")} onChange={(wanted) => set({ wanted })} />
    </section>
  );
}

function NameField({ value, onType }: { value: string; onType: (typed: string) => void }) {
  const t = useTranslations("goals.form");
  const id = useId();
  return (
    <div className={style.field}>
      <label htmlFor={id}>{t("name")}</label>
      <Input id={id} value={value} maxLength={80} autoComplete="off" onChange={(event) => onType(event.target.value)} />
    </div>
  );
}

type AmountProps = {
  label: string;
  sliderLabel: string;
  steps: readonly string[];
  value: string;
  currency: string;
  problem: string | null;
  onChange: (typed: string) => void;
};

function AmountField({ label, sliderLabel, steps, value, currency, problem, onChange }: AmountProps) {
  const locale = useLocale();
  const at = nearestStep(steps, value);
  const move = (to: number) => onChange(steps[to] ?? value);
  const text = formatMoney(locale, { amount: steps[at] ?? "0", currency });
  return (
    <SliderField label={label} sliderLabel={sliderLabel} value={value} suffix={currency} problem={problem} onType={onChange} slider={{ at, from: 0, to: steps.length - 1, text, onMove: move }} />
  );
}

type DateProps = { due: string; today: string; problem: string | null; onChange: (due: string) => void };

function DateField({ due, today, problem, onChange }: DateProps) {
  const t = useTranslations("goals.form");
  const locale = useLocale();
  const years = Math.max(yearsBetween(today, due), 1);
  const text = t("years", { count: years });
  const hint = problem === null ? formatDay(locale, due) : undefined;
  const move = (to: number) => onChange(yearsAfter(today, to));
  return (
    <SliderField label={t("due")} sliderLabel={t("dueSlider")} type="date" value={due} min={today} problem={problem} hint={hint} onType={onChange} slider={{ at: years, from: 1, to: MOST_YEARS, text, onMove: move }} />
  );
}

type WantedProps = { wanted: string; problem: string | null; onChange: (wanted: string) => void };

function WantedField({ wanted, problem, onChange }: WantedProps) {
  const t = useTranslations("goals.form");
  const share = Number(wanted) || LEAST_WANTED;
  const at = Math.min(Math.max(Math.round(share / STEP), LEAST_WANTED / STEP), MOST_WANTED / STEP);
  const text = t("wantedText", { count: at * STEP });
  const move = (to: number) => onChange(String(to * STEP));
  const slider = { at, from: LEAST_WANTED / STEP, to: MOST_WANTED / STEP, text, onMove: move };
  return <SliderField label={t("wanted")} sliderLabel={t("wantedSlider")} value={wanted} problem={problem} hint={t("wantedHint")} onType={onChange} slider={slider} />;
}
