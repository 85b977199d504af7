"use client";
// The profile in words: both parts, why the smaller one counts, what holds advice back, what would change it.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { WhatWouldChange } from "@/components/what-would-change";
import { RiskEffects } from "@/features/onboarding/components/risk-effects";
import risk from "@/features/onboarding/components/risk.module.css";
import { CURRENCY } from "@/features/onboarding/model";
import type { Questionnaire, RiskProfile } from "@/features/onboarding/queries";
import { formatDate } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

const PARTS = ["tolerance", "capacity", "final"] as const;

type Props = { profile: RiskProfile; asked: Questionnaire; onAgain: () => void };

export function RiskResult({ profile, asked, onAgain }: Props) {
  const t = useTranslations("risk.result");
  const locale = useLocale();
  const reasonText = useReasonText();
  return (
    <>
      <Heading title={t("title", { final: profile.final })} lead={t("lead")} />
      <Notices profile={profile} />
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
        <p>{t("band", { band: t(`bands.${bandOf(profile.band)}`), score: profile.score })}</p>
        <ul>
          {profile.reasons.map((reason) => (
            <li key={reason.code}>{reasonText(reason)}</li>
          ))}
          {profile.capacity >= profile.tolerance && <li>{t("capacityFree", { capacity: profile.capacity })}</li>}
        </ul>
        {profile.challenge !== null && <p className={ui.faint}>{reasonText(profile.challenge)}</p>}
        <p className={ui.faint}>
          {t("rules", {
            version: profile.rules_version, score: profile.score, number: profile.version,
            until: formatDate(locale, profile.expires_at),
          })}
        </p>
      </section>
      <WhatWouldChange currency={CURRENCY} />
      <RiskEffects profile={profile} asked={asked} />
      <div className={ui.row}>
        <Link href="/app/start">
          <Button type="primary" size="large">
            {t("continue")}
          </Button>
        </Link>
        <Button size="large" onClick={onAgain}>
          {t("again")}
        </Button>
      </div>
    </>
  );
}

/** What holds advice back, out of date before all else: it is not the account that waits. */
function Notices({ profile }: { profile: RiskProfile }) {
  const t = useTranslations("risk.result");
  const locale = useLocale();
  const reasonText = useReasonText();
  return (
    <>
      {profile.outdated !== null && (
        <div className={`${ui.notice} ${ui.warning}`} role="status">
          <strong>{t("outdated")}</strong>
          <p>{reasonText(profile.outdated)}</p>
        </div>
      )}
      {profile.waits.length > 0 && (
        <div className={`${ui.notice} ${ui.warning}`} role="status">
          <strong>{profile.do_not_invest === null ? t("noAdvice") : t("notYet")}</strong>
          {profile.waits.map((reason) => (
            <p key={reason.code}>{reasonText(reason)}</p>
          ))}
        </div>
      )}
      {profile.cooling !== null && (
        <div className={ui.notice} role="status">
          <strong>{t("cooling", { final: profile.cooling.final, until: formatDate(locale, profile.cooling.until) })}</strong>
        </div>
      )}
    </>
  );
}

const BANDS = ["low", "below_average", "average", "above_average", "high"] as const;

function bandOf(name: string): (typeof BANDS)[number] {
  return BANDS.find((band) => band === name) ?? "average";
}
