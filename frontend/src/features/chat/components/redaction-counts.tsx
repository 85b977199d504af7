"use client";
// What was replaced before a message left, as counts; never a value.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { ConsentText, Count } from "@/features/chat/consent-queries";

/** Counts by kind, in the words of the consent's own text. */
export function Counts({ counts, kinds }: { counts: readonly Count[]; kinds: ConsentText["kinds"] }) {
  const t = useTranslations("chat.outside");
  if (counts.length === 0) return <p className={ui.faint}>{t("nothingReplaced")}</p>;
  return (
    <ul>
      {counts.map(({ kind, count }) => (
        <li key={kind}>{t("replaced", { kind: kinds.find((one) => one.kind === kind)?.label ?? kind, count })}</li>
      ))}
    </ul>
  );
}
