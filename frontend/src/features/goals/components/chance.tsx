"use client";
// A chance as people count: in so many of so many simulated futures, with a word and never with colour alone.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { chanceWord } from "@/features/goals/model";
import type { Projection } from "@/features/goals/queries";

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
