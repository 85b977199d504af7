"use client";
// What is left before money may move: one line a step, one button for the next one.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { doneCount } from "@/features/onboarding/model";
import { onboardingQuery } from "@/features/onboarding/queries";
import type { Onboarding } from "@/features/onboarding/queries";
import { Link } from "@/lib/i18n/routing";
import { STEP_PATHS } from "@/lib/steps";

const TAGS: Record<string, string | undefined> = {
  done: ui.tagDone,
  waiting: ui.tagWait,
  started: ui.tagWait,
  needs_attention: ui.tagBad,
};

export function TaskList() {
  const t = useTranslations("start");
  const query = useQuery(onboardingQuery);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={query} rows={8}>
        {(found) => <Steps found={found} />}
      </Ready>
    </div>
  );
}

function Steps({ found }: { found: Onboarding }) {
  const t = useTranslations("start");
  const words = useTranslations("steps");
  const next = found.next_step;
  return (
    <>
      <p role="status">{t("progress", { done: doneCount(found.steps), total: found.steps.length })}</p>
      <div className={ui.card}>
        <ul className={ui.list}>
          {found.steps.map(({ step, status }) => (
            <li key={step} style={{ paddingBlock: "1rem" }}>
              <div className={`${ui.row} ${ui.spread}`}>
                <Link href={STEP_PATHS[step]}>{words(`${step}.title`)}</Link>
                <span className={`${ui.tag} ${TAGS[status] ?? ""}`}>{t(`status.${status}`)}</span>
              </div>
              <p className={ui.faint}>{words(`${step}.why`)}</p>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <Link href={next === null ? "/app/dashboard" : STEP_PATHS[next]}>
          <Button type="primary" size="large">
            {next === null ? t("toDashboard") : t("continue", { step: words(`${next}.title`) })}
          </Button>
        </Link>
      </div>
    </>
  );
}
