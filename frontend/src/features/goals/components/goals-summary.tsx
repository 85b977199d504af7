"use client";
// The nearest goals in short: what for, by when, and how often the simulated futures get there.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { OwnAmount } from "@/components/amount";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { GoalChance } from "@/features/goals/components/chance";
import { goalsQuery } from "@/features/goals/queries";
import type { Goal } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

const SHOWN = 3;

export function GoalsSummary() {
  const t = useTranslations("goals");
  const query = useQuery(goalsQuery);
  return (
    <Ready query={query} rows={4}>
      {({ goals }) => (
        <section className={ui.card} aria-labelledby="goals">
          <h2 id="goals">{t("title")}</h2>
          {goals.length === 0 ? (
            <p>
              {t("empty")}{" "}
              <Link href="/app/goal" prefetch={false}>
                {t("add")}
              </Link>
            </p>
          ) : (
            <ul className={ui.list}>
              {goals.slice(0, SHOWN).map((goal) => (
                <li key={goal.goal_id} style={{ paddingBlock: "0.75rem" }}>
                  <Short goal={goal} />
                </li>
              ))}
            </ul>
          )}
          {goals.length > 0 && (
            <p>
              <Link href="/app/goals" prefetch={false}>
                {t("all", { count: goals.length })}
              </Link>
            </p>
          )}
        </section>
      )}
    </Ready>
  );
}

function Short({ goal }: { goal: Goal }) {
  const t = useTranslations("goals");
  const locale = useLocale();
  return (
    <div className={`${ui.row} ${ui.spread}`}>
      <div>
        <Link href={`/app/goal?id=${goal.goal_id}`} prefetch={false}>
          <bdi>{goal.name}</bdi>
        </Link>
        <p className={ui.faint}>
          <OwnAmount money={goal.target} />{", "}{formatDay(locale, goal.due)}
        </p>
      </div>
      {goal.state === "open" ? <GoalChance goal={goal} /> : <span className={`${ui.tag} ${ui.tagWait}`}>{t("past")}</span>}
    </div>
  );
}
