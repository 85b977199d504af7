"use client";
// The identity check: what will be checked, who checks it, and where it stands.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { kycQuery, onboardingQuery, useSubmitKyc } from "@/features/onboarding/queries";
import type { KycCase, Onboarding } from "@/features/onboarding/queries";
import { ApiError } from "@/lib/api/problem";
import { Link } from "@/lib/i18n/routing";

const TO_SUBMIT = ["draft", "resubmission_requested", "expired"];

export function KycStatus() {
  const t = useTranslations("kyc");
  const overview = useQuery(onboardingQuery);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <p className={`${ui.notice} ${ui.warning}`}>{t("sandbox")}</p>
      <Ready query={overview}>{(found) => <Check found={found} />}</Ready>
    </div>
  );
}

function Check({ found }: { found: Onboarding }) {
  const kyc = useQuery(kycQuery);
  const none = kyc.error instanceof ApiError && kyc.error.status === 404;
  if (kyc.isPending) return <Loading />;
  if (kyc.data === undefined && !none) return <ErrorState error={kyc.error} onRetry={() => void kyc.refetch()} />;
  const state = kyc.data?.state ?? "draft";
  if (TO_SUBMIT.includes(state)) return <Submit found={found} before={kyc.data} />;
  return <State found={kyc.data} state={state} />;
}

function Submit({ found, before }: { found: Onboarding; before: KycCase | undefined }) {
  const t = useTranslations("kyc");
  const submit = useSubmitKyc();
  const facts = found.personal;
  if (facts === null) {
    return (
      <div className={ui.card}>
        <p>{t("needsProfile")}</p>
        <Link href="/app/profile">{t("toProfile")}</Link>
      </div>
    );
  }
  const lines = ["legal_name", "birth_date", "country", "address", "document_number"] as const;
  return (
    <div className={ui.card}>
      {before?.reason != null && <p className={`${ui.notice} ${ui.warning}`}>{t(`reasons.${before.reason}`)}</p>}
      <h2>{t("checkTitle")}</h2>
      <dl className={ui.facts}>
        {lines.map((line) => (
          <div key={line}>
            <dt>{t(`facts.${line}`)}</dt>
            <dd>{facts[line]}</dd>
          </div>
        ))}
      </dl>
      <Link href="/app/profile">{t("change")}</Link>
      {submit.error !== null && <ErrorState error={submit.error} />}
      <Button type="primary" size="large" loading={submit.isPending} onClick={() => submit.mutate()}>
        {t("submit")}
      </Button>
    </div>
  );
}

function State({ found, state }: { found: KycCase | undefined; state: KycCase["state"] }) {
  const t = useTranslations("kyc");
  const bad = state === "rejected";
  return (
    <div className={ui.card} role="status">
      <span className={`${ui.tag} ${state === "approved" ? ui.tagDone : bad ? ui.tagBad : ui.tagWait}`} style={{ justifySelf: "start" }}>
        {t(`states.${state}.title`)}
      </span>
      <p>{t(`states.${state}.text`)}</p>
      {bad && found?.reason != null && <p>{t(`reasons.${found.reason}`)}</p>}
      <Link href="/app/start">{t("back")}</Link>
    </div>
  );
}
