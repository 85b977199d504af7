"use client";
// The plan and what it may become: every change asks the API again, nothing is kept until it is saved.
import { useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Assumptions } from "@/features/goals/components/assumptions";
import { ChanceTag } from "@/features/goals/components/chance";
import { Compare } from "@/features/goals/components/compare";
import { FanChart } from "@/features/goals/components/fan-chart";
import { Glide } from "@/features/goals/components/glide";
import style from "@/features/goals/components/goals.module.css";
import { Keep } from "@/features/goals/components/keep";
import { Outcome } from "@/features/goals/components/outcome";
import { PlanForm } from "@/features/goals/components/plan-form";
import { DEFAULT_WANTED, draftOf, isChanged, newDraft, readDraft, whatIf } from "@/features/goals/model";
import type { Draft } from "@/features/goals/model";
import { previewQuery } from "@/features/goals/queries";
import type { Goal, Projection } from "@/features/goals/queries";
import { newIdempotencyKey } from "@/lib/api/client";
import { useSettled } from "@/lib/use-settled";

// A moved slider asks at once, then at most so often: fewer than the twenty calls a second that are allowed.
const SETTLE_MS = 60;

type Props = { goal: Goal | null; currency: string };

export function Planner({ goal, currency }: Props) {
  const locale = useLocale();
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const [key] = useState(newIdempotencyKey);
  const [draft, setDraft] = useState<Draft>(() => (goal === null ? newDraft(today) : draftOf(goal)));
  const read = readDraft(draft, currency, today, locale);
  // The figures do not wait for a name.
  const named = readDraft({ ...draft, name: "-" }, currency, today, locale);
  const asked = "wish" in named ? whatIf(named.wish, named.wanted, goal === null ? { key } : { goal_id: goal.goal_id }) : null;
  const settled = useSettled(asked, SETTLE_MS);
  const query = useQuery(previewQuery(settled));
  const changed = goal !== null && "wish" in read && isChanged(goal, read.wish);
  const compared = changed && goal.state === "open" ? goal : null;
  return (
    <div className={style.planner}>
      <div className={ui.stack}>
        <PlanForm draft={draft} currency={currency} today={today} problems={"problems" in named ? named.problems : {}} onChange={setDraft} />
        {query.data !== undefined && query.error === null && asked !== null && (
          <div className={style.chanceNow}>
            <ChanceTag found={query.data} />
          </div>
        )}
        <Keep goal={goal} read={read} createKey={key} changed={changed} onUndo={() => goal !== null && setDraft(draftOf(goal))} />
      </div>
      <div className={ui.stack}>
        {goal?.state === "past" && <Past />}
        <Future query={query} asked={asked !== null} compared={compared} wanted={"wish" in named ? named.wanted : DEFAULT_WANTED} />
      </div>
    </div>
  );
}

function Past() {
  const t = useTranslations("goals");
  return <p className={`${ui.notice} ${ui.warning}`}>{t("pastText")}</p>;
}

type FutureProps = { query: UseQueryResult<Projection>; asked: boolean; compared: Goal | null; wanted: number };

function Future({ query, asked, compared, wanted }: FutureProps) {
  const t = useTranslations("goals");
  const found = query.data;
  return (
    <>
      {!asked && <p className={ui.notice}>{t("mendFirst")}</p>}
      {query.error !== null && asked && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {found === undefined && query.isFetching && <Loading rows={14} />}
      {found !== undefined && query.error === null && (
        <div className={`${ui.stack} ${asked ? "" : style.stale}`} aria-busy={query.isFetching}>
          <Outcome found={found} />
          <FanChart found={found} />
          {compared !== null && <Compare goal={compared} found={found} wanted={wanted} />}
          <Glide found={found} />
          <Assumptions found={found} />
        </div>
      )}
    </>
  );
}
