"use client";
// Who answered: in two words, and explained when asked.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Badge } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";

type Props = { badge: Badge; model: string; reason: string | null };

/** Why an answer made here may be less than it could be. */
const WHY = ["budget", "no_vectors"] as const;

export function BadgeNote({ badge, model, reason }: Props) {
  const t = useTranslations("chat.badges");
  const why = badge === "embedded" ? WHY.find((known) => known === reason) : undefined;
  return (
    <details className={css.badge} data-testid={`badge-${badge}`}>
      <summary>
        <span className={badge === "degraded" ? `${ui.tag} ${ui.tagWait}` : ui.tag}>{t(`${badge}.name`)}</span>
      </summary>
      <p className={ui.faint}>{why === undefined ? t(`${badge}.text`, { model }) : t(`embedded.${why}`)}</p>
    </details>
  );
}
