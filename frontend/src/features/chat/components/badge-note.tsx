"use client";
// Who answered: in two words, and explained when asked.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Badge } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";

type Props = { badge: Badge; model: string; reason: string | null };

export function BadgeNote({ badge, model, reason }: Props) {
  const t = useTranslations("chat.badges");
  const spent = badge === "embedded" && reason === "budget";
  return (
    <details className={css.badge} data-testid={`badge-${badge}`}>
      <summary>
        <span className={badge === "degraded" ? `${ui.tag} ${ui.tagWait}` : ui.tag}>{t(`${badge}.name`)}</span>
      </summary>
      <p className={ui.faint}>{spent ? t("embedded.budget") : t(`${badge}.text`, { model })}</p>
    </details>
  );
}
