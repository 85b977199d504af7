"use client";
// Where a case stands, in words; colour only repeats them.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { FraudCase } from "@/features/fraud/queries";

const LOOKS = { open: "", awaiting_second: ui.tagWait, released: ui.tagDone, rejected: ui.tagBad, expired: "" } as const;

export function StateTags({ found }: { found: FraudCase }) {
  const t = useTranslations("fraud");
  return (
    <span className={ui.row} style={{ gap: "0.25rem" }}>
      <span className={`${ui.tag} ${LOOKS[found.state]}`}>{t(`states.${found.state}`)}</span>
      {found.breached && <span className={`${ui.tag} ${ui.tagBad}`}>{t("breached")}</span>}
      {found.escalated && <span className={`${ui.tag} ${ui.tagWait}`}>{t("escalated")}</span>}
      {found.customer_answer !== null && <span className={ui.tag}>{t(`customer.${found.customer_answer}`)}</span>}
    </span>
  );
}
