"use client";
// The advice: mix, reasons, cost and worst case; accepting leads to a preview, never straight to orders.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";

import { Heading } from "@/components/heading";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { WhatWouldChange } from "@/components/what-would-change";
import { Allocation } from "@/features/advice/components/allocation";
import { AlternativesCard } from "@/features/advice/components/alternatives";
import { Answer, AskPerson } from "@/features/advice/components/answer";
import { Assumptions } from "@/features/advice/components/assumptions";
import { Contributions } from "@/features/advice/components/contributions";
import { History } from "@/features/advice/components/history";
import { NoAdvice } from "@/features/advice/components/no-advice";
import { PlanPreview } from "@/features/advice/components/plan-preview";
import { Promised } from "@/features/advice/components/promise";
import { WhatIf } from "@/features/advice/components/what-if";
import { recommendationQuery, useAccept, useAsk } from "@/features/advice/queries";
import type { Advice, Mix } from "@/features/advice/queries";
import { newIdempotencyKey } from "@/lib/api/client";
import { Link, usePathname, useRouter } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

const CURRENCY = "USD";

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
    <>
      <div className={ui.card} style={{ justifyItems: "start" }}>
        <p>{t("ask")}</p>
        {ask.error !== null && <NoAdvice error={ask.error} />}
        <Button type="primary" size="large" loading={ask.isPending} onClick={start}>
          {t("askButton")}
        </Button>
      </div>
      <History />
    </>
  );
}

function Known({ id }: { id: string }) {
  const query = useQuery(recommendationQuery(id));
  if (query.data !== undefined) return <Outcome advice={query.data} />;
  return query.isPending ? <Loading rows={10} /> : <NoAdvice error={query.error} onRetry={() => void query.refetch()} />;
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
    <>
      <section className={ui.card} aria-labelledby="wait">
        <h2 id="wait">{t("waitTitle")}</h2>
        <Reasons advice={advice} />
        <p>{t("waitText")}</p>
        <Link href="/app/profile">{t("waitLink")}</Link>
      </section>
      <WhatWouldChange currency={CURRENCY} lead={t("changeLead")} />
      <AskPerson id={advice.recommendation_id} />
    </>
  );
}

type InvestProps = { advice: Advice; mix: Mix; accept: ReturnType<typeof useAccept> };

function Invest({ advice, mix, accept }: InvestProps) {
  const t = useTranslations("advice");
  const id = advice.recommendation_id;
  return (
    <>
      <div className={ui.main}>
        <Allocation advice={advice} mix={mix} />
        <Promised id={id} mix={mix} />
      </div>
      <section className={ui.card} aria-labelledby="why">
        <h2 id="why">{t("whyProfile", { profile: advice.profile })}</h2>
        <Reasons advice={advice} />
      </section>
      {mix.risk.total !== 0 && <Contributions advice={advice} mix={mix} />}
      <AlternativesCard id={id} mix={mix} />
      <WhatWouldChange currency={mix.costs.basis.currency} lead={t("changeLead")} />
      <WhatIf id={id} />
      <Assumptions advice={advice} mix={mix} />
      <div className={ui.main}>
        <Answer id={id} accept={accept} />
        <AskPerson id={id} />
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
