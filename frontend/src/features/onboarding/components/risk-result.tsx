"use client";
// The profile in words: what she wants to bear, what she can bear, and why the smaller one counts.
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import risk from "@/features/onboarding/components/risk.module.css";
import type { RiskProfile } from "@/features/onboarding/queries";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

const PARTS = ["tolerance", "capacity", "final"] as const;

export function RiskResult({ profile }: { profile: RiskProfile }) {
  const t = useTranslations("risk.result");
  const reasonText = useReasonText();
  return (
    <>
      <Heading title={t("title", { final: profile.final })} lead={t("lead")} />
      {profile.do_not_invest !== null && (
        <div className={`${ui.notice} ${ui.warning}`}>
          <strong>{t("notYet")}</strong>
          <p>
            {reasonText(profile.do_not_invest)}
          </p>
        </div>
      )}
      <div className={ui.columns}>
        {PARTS.map((part) => (
          <section key={part} className={`${ui.card} ${part === "final" ? "" : ui.quiet}`}>
            <h2>{t(`${part}.title`)}</h2>
            <p className={ui.figureSmall}>{t("ofTen", { value: profile[part] })}</p>
            <div className={risk.scale} aria-hidden="true">
              {Array.from({ length: 10 }, (_, at) => (
                <span key={at} data-on={at < profile[part]} />
              ))}
            </div>
            <p className={ui.faint}>{t(`${part}.text`)}</p>
          </section>
        ))}
      </div>
      <section className={ui.card} aria-labelledby="why">
        <h2 id="why">{t("why")}</h2>
        <ul>
          {profile.reasons.map((reason) => (
            <li key={reason.code}>
              {reasonText(reason)}
            </li>
          ))}
        </ul>
        <p className={ui.faint}>{t("rules", { version: profile.rules_version, score: profile.score })}</p>
      </section>
      <div>
        <Link href="/app/start">
          <Button type="primary" size="large">
            {t("continue")}
          </Button>
        </Link>
      </div>
    </>
  );
}
