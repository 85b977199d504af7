"use client";
// What each answer and each fact does to the profile, as tables: nothing about it is hidden.
import { useFormatter, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { Questionnaire, RiskProfile } from "@/features/onboarding/queries";

type Props = { profile: RiskProfile; asked: Questionnaire };

export function RiskEffects({ profile, asked }: Props) {
  const t = useTranslations("risk.effects");
  const format = useFormatter();
  const steps = (effect: number) => (effect === 0 ? t("none") : format.number(effect, { signDisplay: "always" }));
  return (
    <section className={ui.card} aria-labelledby="effects">
      <h2 id="effects">{t("title")}</h2>
      <p className={ui.faint}>{t("answersLead")}</p>
      <TableView
        caption={t("answers")}
        columns={[
          { key: "question", title: t("question"), cell: (row) => <Asked asked={asked} item={row.item} option={row.option} /> },
          { key: "points", title: t("points"), end: true, cell: (row) => <OneLine text={t("pointsOf", { points: row.points, most: row.most })} /> },
          { key: "effect", title: t("onTolerance"), end: true, cell: (row) => steps(row.effect) },
        ]}
        rows={profile.items}
        keyOf={(row) => String(row.item)}
      />
      <p className={ui.faint}>{t("factsLead")}</p>
      <TableView
        caption={t("facts")}
        columns={[
          { key: "rule", title: t("fact"), cell: (row) => (t.has(`rules.${row.rule}`) ? t(`rules.${row.rule}`) : row.rule) },
          { key: "cap", title: t("cap"), end: true, cell: (row) => <OneLine text={t("capOf", { cap: row.cap })} /> },
          { key: "effect", title: t("onCapacity"), end: true, cell: (row) => steps(row.effect) },
        ]}
        rows={profile.limits}
        keyOf={(row) => row.rule}
      />
    </section>
  );
}

function OneLine({ text }: { text: string }) {
  return <span style={{ whiteSpace: "nowrap" }}>{text}</span>;
}

function Asked({ asked, item, option }: { asked: Questionnaire; item: number; option: string }) {
  const question = asked.items.find((one) => one.item === item);
  return (
    <>
      {question?.question}
      <br />
      <span className={ui.faint}>{question?.options.find((one) => one.option === option)?.text}</span>
    </>
  );
}
