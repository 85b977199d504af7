"use client";
// The advice: mix, reasons, cost and worst case; accepting leads to a preview, never straight to orders.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { MixView } from "@/features/advice/components/mix-view";
import { PlanPreview } from "@/features/advice/components/plan-preview";
import { recommendationQuery, useAccept, useAsk } from "@/features/advice/queries";
import type { Advice } from "@/features/advice/queries";
import { newIdempotencyKey } from "@/lib/api/client";
import { Link, usePathname, useRouter } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

export function Recommendation() {
  const t = useTranslations("advice");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <Suspense fallback={<Loading />}>
        <Chosen />
      </Suspense>
    </div>
  );
}

function Chosen() {
  const id = useSearchParams().get("id");
  return id === null ? <Ask /> : <Known key={id} id={id} />;
}

function Ask() {
  const t = useTranslations("advice");
  const router = useRouter();
  const path = usePathname();
  const [key] = useState(newIdempotencyKey);
  const ask = useAsk();
  const start = () => ask.mutate(key, { onSuccess: (made) => router.replace(`${path}?id=${made.recommendation_id}`) });
  return (
    <div className={ui.card} style={{ justifyItems: "start" }}>
      <p>{t("ask")}</p>
      {ask.error !== null && <ErrorState error={ask.error} />}
      <Button type="primary" size="large" loading={ask.isPending} onClick={start}>
        {t("askButton")}
      </Button>
    </div>
  );
}

function Known({ id }: { id: string }) {
  const query = useQuery(recommendationQuery(id));
  return (
    <Ready query={query} rows={10}>
      {(advice) => <Outcome advice={advice} />}
    </Ready>
  );
}

function Outcome({ advice }: { advice: Advice }) {
  const accept = useAccept();
  if (advice.outcome === "preparing") return <Preparing />;
  if (accept.data !== undefined) return <PlanPreview plan={accept.data} />;
  if (advice.outcome === "wait" || advice.mix === null) return <Wait advice={advice} />;
  return <Invest advice={advice} mix={advice.mix} accept={accept} />;
}

function Reasons({ advice }: { advice: Advice }) {
  const text = useReasonText();
  // The effects on risk have their own bars.
  const shown = advice.reasons.filter((reason) => !reason.code.startsWith("risk_"));
  return (
    <ul>
      {shown.map((reason) => (
        <li key={reason.code}>{text(reason)}</li>
      ))}
    </ul>
  );
}

function Wait({ advice }: { advice: Advice }) {
  const t = useTranslations("advice");
  return (
    <section className={ui.card}>
      <h2>{t("waitTitle")}</h2>
      <Reasons advice={advice} />
      <Link href="/app/profile">{t("waitLink")}</Link>
    </section>
  );
}

type InvestProps = { advice: Advice; mix: NonNullable<Advice["mix"]>; accept: ReturnType<typeof useAccept> };

function Invest({ advice, mix, accept }: InvestProps) {
  const t = useTranslations("advice");
  return (
    <>
      <MixView mix={mix} profile={advice.profile} />
      <section className={ui.card} aria-labelledby="why">
        <h2 id="why">{t("whyProfile", { profile: advice.profile })}</h2>
        <Reasons advice={advice} />
        <p className={ui.faint}>
          {t("record")} <span dir="ltr">{advice.record_hash.slice(0, 16)}</span>
        </p>
      </section>
      {accept.error !== null && <ErrorState error={accept.error} />}
      <div className={ui.row}>
        <Button type="primary" size="large" loading={accept.isPending} onClick={() => accept.mutate(advice.recommendation_id)}>
          {t("accept")}
        </Button>
        <span className={ui.faint}>{t("acceptHint")}</span>
      </div>
    </>
  );
}

function Preparing() {
  const t = useTranslations("advice");
  return (
    <>
      <p role="status">{t("preparing")}</p>
      <Loading rows={8} />
    </>
  );
}
