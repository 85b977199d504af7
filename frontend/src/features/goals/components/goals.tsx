"use client";
// The goals one has: what for, by when, and how often the simulated futures get there.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { Heading } from "@/components/heading";
import { Empty, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { GoalChance } from "@/features/goals/components/chance";
import { goalsQuery } from "@/features/goals/queries";
import type { Goal } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function Goals() {
  const t = useTranslations("goals");
  const query = useQuery(goalsQuery);
  const add = (
    <Link href="/app/goal" prefetch={false}>
      <Button type="primary" size="large">
        {t("add")}
      </Button>
    </Link>
  );
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={query} rows={6}>
        {({ goals }) =>
          goals.length === 0 ? (
            <Empty text={t("empty")} action={add} />
          ) : (
            <>
              <ul className={`${ui.columns} ${ui.list}`}>
                {goals.map((goal) => (
                  <li key={goal.goal_id} className={ui.card}>
                    <Card goal={goal} />
                  </li>
                ))}
              </ul>
              <div>{add}</div>
            </>
          )
        }
      </Ready>
    </div>
  );
}

function Card({ goal }: { goal: Goal }) {
  const t = useTranslations("goals");
  const locale = useLocale();
  return (
    <>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2>
          <Link href={`/app/goal?id=${goal.goal_id}`} prefetch={false}>
            <bdi>{goal.name}</bdi>
          </Link>
        </h2>
        {goal.state === "past" && <span className={`${ui.tag} ${ui.tagWait}`}>{t("past")}</span>}
      </div>
      <p className={ui.figureSmall}>
        <Amount money={goal.target} />
      </p>
      <p className={ui.faint}>{t("dueMonthly", { day: formatDay(locale, goal.due) })} <Amount money={goal.monthly} /></p>
      {goal.state === "open" && <GoalChance goal={goal} />}
    </>
  );
}
