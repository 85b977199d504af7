"use client";
// A refusal in words: what happened, what to do, and the id to quote when asking for help.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import { FROZEN_CODE, LiftFreeze } from "@/components/lift-freeze";
import ui from "@/components/ui.module.css";
import { ApiError, NETWORK_CODE } from "@/lib/api/problem";
import { Link } from "@/lib/i18n/routing";
import { STEP_PATHS } from "@/lib/steps";
import type { StepName } from "@/lib/steps";

type Props = { error: unknown; onRetry?: () => void };

export function ErrorState({ error, onRetry }: Props) {
  const t = useTranslations("errors");
  const box = useRef<HTMLDivElement>(null);
  const problem = error instanceof ApiError ? error : null;
  const code = problem?.code ?? "unexpected";
  useEffect(() => {
    box.current?.focus();
  }, [error]);
  const text = t.has(code) ? t(code) : problem?.detail || t("unexpected");
  return (
    <div ref={box} role="alert" tabIndex={-1} className={`${ui.notice} ${ui.error}`}>
      <strong>{code === NETWORK_CODE ? t("offlineTitle") : t("title")}</strong>
      <p>{text}</p>
      {problem?.retryAfter != null && <p>{t("retryAfter", { seconds: problem.retryAfter })}</p>}
      <MissingSteps problem={problem} />
      <AskPerson problem={problem} />
      {code === FROZEN_CODE && <LiftFreeze />}
      {problem?.requestId != null && (
        <p className={ui.faint}>
          {t("requestId")} <span dir="ltr">{problem.requestId}</span>
        </p>
      )}
      {onRetry !== undefined && (
        <div>
          <Button onClick={onRetry}>{t("retry")}</Button>
        </div>
      )}
    </div>
  );
}

/** A payment that was refused by a decision has a page with its reasons and the way to a person. */
function AskPerson({ problem }: { problem: ApiError | null }) {
  const t = useTranslations("errors");
  const decision = problem?.fields.decision_id;
  if (problem?.code !== "payment_blocked" || typeof decision !== "string") return null;
  return (
    <p>
      <Link href={`/app/confirm?decision=${encodeURIComponent(decision)}`}>{t("askPerson")}</Link>
    </p>
  );
}

function isStep(value: unknown): value is StepName {
  return typeof value === "string" && value in STEP_PATHS;
}

function MissingSteps({ problem }: { problem: ApiError | null }) {
  const t = useTranslations("steps");
  const missing = problem?.fields.missing;
  const steps = Array.isArray(missing) ? missing.filter(isStep) : [];
  if (steps.length === 0) return null;
  return (
    <ul>
      {steps.map((step) => (
        <li key={step}>
          <Link href={STEP_PATHS[step]}>{t(`${step}.title`)}</Link>
        </li>
      ))}
    </ul>
  );
}
