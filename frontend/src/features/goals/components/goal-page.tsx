"use client";
// One goal, or a new one: the plan on one side, what it may become on the other.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { Suspense } from "react";

import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Planner } from "@/features/goals/components/planner";
import { currencyQuery, goalQuery } from "@/features/goals/queries";
import { Link } from "@/lib/i18n/routing";

export function GoalPage() {
  return (
    <div className={ui.page}>
      <Suspense fallback={<Loading rows={12} />}>
        <Asked />
      </Suspense>
    </div>
  );
}

function Asked() {
  const id = useSearchParams().get("id");
  return id === null ? <Fresh /> : <Kept id={id} />;
}

function Back() {
  const t = useTranslations("goals");
  return <Link href="/app/goals">{t("back")}</Link>;
}

function Fresh() {
  const t = useTranslations("goals");
  const query = useQuery(currencyQuery);
  return (
    <>
      <Heading title={t("newTitle")} lead={<Back />} />
      <Ready query={query} rows={12}>
        {({ currency }) => <Planner goal={null} currency={currency} />}
      </Ready>
    </>
  );
}

function Kept({ id }: { id: string }) {
  const t = useTranslations("goals");
  const query = useQuery(goalQuery(id));
  return (
    <>
      <Heading title={query.data?.name ?? t("oneTitle")} lead={<Back />} />
      <Ready query={query} rows={12}>
        {(goal) =>
          goal.state === "archived" ? (
            <Empty text={t("archived")} action={<Back />} />
          ) : (
            <Planner key={goal.goal_id} goal={goal} currency={goal.target.currency} />
          )
        }
      </Ready>
    </>
  );
}
