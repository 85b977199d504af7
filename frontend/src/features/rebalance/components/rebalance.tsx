"use client";
// The way back to the advised mix: previewed with a reason per line, placed once; and whether it happens by itself.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Automatic } from "@/features/rebalance/components/automatic";
import { Limits } from "@/features/rebalance/components/limits";
import { PlanView } from "@/features/rebalance/components/plan-view";
import { planIdOf } from "@/features/rebalance/model";
import { planQuery, rebalancingQuery, usePreview } from "@/features/rebalance/queries";
import type { Run } from "@/features/rebalance/queries";
import { useRouter } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

export function Rebalance() {
  const t = useTranslations("rebalance");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <Suspense fallback={<Loading rows={8} />}>
        <Chosen />
      </Suspense>
      <Automatic />
      <Limits />
    </div>
  );
}

function Chosen() {
  const id = planIdOf(new URLSearchParams(useSearchParams().toString()));
  return id === null ? <Ask /> : <Known key={id} id={id} />;
}

/** The plan of the address: after a reload it stands as the server knows it, so nothing is placed twice. */
function Known({ id }: { id: string }) {
  const t = useTranslations("rebalance");
  const query = useQuery(planQuery(id));
  const run = useQuery(rebalancingQuery).data?.runs.find((one) => one.run_id === id);
  return (
    <>
      <Ready query={query} rows={10}>
        {(plan) => <PlanView plan={plan} run={run} again={<PreviewButton label={t("again")} />} />}
      </Ready>
      {query.data === undefined && query.error !== null && <PreviewButton label={t("again")} />}
    </>
  );
}

function Ask() {
  const t = useTranslations("rebalance");
  return (
    <section className={ui.card} aria-labelledby="ask" style={{ justifyItems: "start" }}>
      <h2 id="ask">{t("askTitle")}</h2>
      <p>{t("askText")}</p>
      <PreviewButton label={t("askButton")} />
    </section>
  );
}

/** Asks for today's preview; the same holdings within a quarter of an hour make the same run. */
function PreviewButton({ label }: { label: string }) {
  const router = useRouter();
  const preview = usePreview();
  const start = () =>
    preview.mutate(undefined, {
      onSuccess: (run) => {
        if (run.run_id !== null) router.replace(`/app/rebalance?plan=${run.run_id}`, { scroll: false });
      },
    });
  return (
    <div className={ui.stack}>
      {preview.error !== null && <ErrorState error={preview.error} />}
      {preview.data?.state === "waits" && <Waits run={preview.data} />}
      <div>
        <Button type="primary" size="large" loading={preview.isPending} onClick={start}>
          {label}
        </Button>
      </div>
    </div>
  );
}

function Waits({ run }: { run: Run }) {
  const t = useTranslations("rebalance");
  const text = useReasonText();
  return (
    <div className={`${ui.notice} ${ui.warning}`} role="status">
      <strong>{t("waitsTitle")}</strong>
      {run.notes.map((note) => (
        <p key={note.code}>
          {text(note)} {note.values.symbols !== undefined && <bdi>{note.values.symbols}</bdi>}
        </p>
      ))}
      <p>{t("waitsText")}</p>
    </div>
  );
}
