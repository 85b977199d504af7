"use client";
// The plan and what it may become: every change asks the API again, nothing is kept until it is saved.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Assumptions } from "@/features/goals/components/assumptions";
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
import type { Goal } from "@/features/goals/queries";
import { newIdempotencyKey } from "@/lib/api/client";
import { useSettled } from "@/lib/use-settled";

// A moved slider asks at once, then at most so often: fewer than the twenty calls a second that are allowed.
const SETTLE_MS = 60;

type Props = { goal: Goal | null; currency: string };

export function Planner({ goal, currency }: Props) {
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const [key] = useState(newIdempotencyKey);
  const [draft, setDraft] = useState<Draft>(() => (goal === null ? newDraft(today) : draftOf(goal)));
  const read = readDraft(draft, currency, today);
  // The figures do not wait for a name.
  const named = readDraft({ ...draft, name: "-" }, currency, today);
  const asked = "wish" in named ? whatIf(named.wish, named.wanted, goal === null ? { key } : { goal_id: goal.goal_id }) : null;
  const changed = goal !== null && "wish" in read && isChanged(goal, read.wish);
  return (
    <div className={ui.main}>
      <Future asked={asked} goal={goal} changed={changed} wanted={"wish" in named ? named.wanted : DEFAULT_WANTED} />
      <div className={ui.stack}>
        <PlanForm draft={draft} currency={currency} today={today} problems={"problems" in named ? named.problems : {}} onChange={setDraft} />
        <Keep goal={goal} read={read} createKey={key} changed={changed} onUndo={() => goal !== null && setDraft(draftOf(goal))} />
      </div>
    </div>
  );
}

type FutureProps = { asked: ReturnType<typeof whatIf> | null; goal: Goal | null; changed: boolean; wanted: number };

function Future({ asked, goal, changed, wanted }: FutureProps) {
  const t = useTranslations("goals");
  const settled = useSettled(asked, SETTLE_MS);
  const query = useQuery(previewQuery(settled));
  const found = query.data;
  return (
    <div className={ui.stack}>
      {goal?.state === "past" && <p className={`${ui.notice} ${ui.warning}`}>{t("pastText")}</p>}
      {asked === null && <p className={ui.notice}>{t("mendFirst")}</p>}
      {query.error !== null && asked !== null && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {found === undefined && query.isFetching && <Loading rows={14} />}
      {found !== undefined && query.error === null && (
        <div className={`${ui.stack} ${asked === null ? style.stale : ""}`} aria-busy={query.isFetching}>
          <Outcome found={found} />
          <FanChart found={found} />
          {changed && goal !== null && goal.state === "open" && <Compare goal={goal} found={found} wanted={wanted} />}
          <Glide found={found} />
          <Assumptions found={found} />
        </div>
      )}
    </div>
  );
}
