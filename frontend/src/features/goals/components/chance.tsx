"use client";
// A chance as people count: in so many of so many simulated futures, with a word and never with colour alone.
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { chanceWord, DEFAULT_WANTED } from "@/features/goals/model";
import { projectionQuery } from "@/features/goals/queries";
import type { Goal, Projection } from "@/features/goals/queries";

const TAGS = { good: ui.tagDone, open: ui.tagWait, poor: ui.tagBad };

export function ChanceTag({ found }: { found: Projection }) {
  const t = useTranslations("goals");
  return (
    <p className={ui.row}>
      <ChanceWord found={found} />
      <span className="number">{t("inFutures", { count: found.frequency.count, of: found.frequency.of })}</span>
    </p>
  );
}

export function ChanceWord({ found }: { found: Projection }) {
  const t = useTranslations("goals");
  const word = chanceWord(found.probability);
  return <span className={`${ui.tag} ${TAGS[word]}`}>{t(`words.${word}`)}</span>;
}

/** The chance of a kept goal, asked for where it is shown. */
export function GoalChance({ goal }: { goal: Goal }) {
  const t = useTranslations("goals");
  const query = useQuery(projectionQuery(goal, DEFAULT_WANTED));
  if (query.data !== undefined) return <ChanceTag found={query.data} />;
  if (query.isPending) return <Skeleton active title={false} paragraph={{ rows: 1 }} />;
  return <p className={ui.faint}>{t("noFigures")}</p>;
}
