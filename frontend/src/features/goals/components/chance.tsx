"use client";
// A chance as people count: in so many of so many simulated futures, with a word and never with colour alone.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { chanceWord } from "@/features/goals/model";
import type { Frequency, Projection } from "@/features/goals/queries";

const TAGS = { good: ui.tagDone, open: ui.tagWait, poor: ui.tagBad };

export function ChanceTag({ found }: { found: Projection }) {
  const t = useTranslations("goals");
  const word = chanceWord(found.probability);
  return (
    <p className={ui.row}>
      <span className={`${ui.tag} ${TAGS[word]}`}>{t(`words.${word}`)}</span>
      <InFutures found={found.frequency} />
    </p>
  );
}

export function InFutures({ found }: { found: Frequency }) {
  const t = useTranslations("goals");
  return <span className="number">{t("inFutures", { count: found.count, of: found.of })}</span>;
}
