"use client";
// Who answered: in two words, and explained when asked.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { Badge } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";

export function BadgeNote({ badge, model }: { badge: Badge; model: string }) {
  const t = useTranslations("chat.badges");
  return (
    <details className={css.badge} data-testid={`badge-${badge}`}>
      <summary>
        <span className={badge === "degraded" ? `${ui.tag} ${ui.tagWait}` : ui.tag}>{t(`${badge}.name`)}</span>
      </summary>
      <p className={ui.faint}>{t(`${badge}.text`, { model })}</p>
    </details>
  );
}
