"use client";
// "Was this you?" on every screen, as long as a payment waits for the customer's word.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { confirmationsQuery } from "@/lib/confirmations";
import { Link, usePathname } from "@/lib/i18n/routing";
import { formatMoney } from "@/lib/money";

export function AskBanner() {
  const t = useTranslations("confirm");
  const locale = useLocale();
  const path = usePathname();
  const first = useQuery(confirmationsQuery).data?.[0];
  if (first === undefined || path === "/app/confirm") return null;
  return (
    <div className={`${ui.notice} ${ui.warning} ${ui.flat}`} role="status">
      <p>
        <strong>{t("banner", { amount: formatMoney(locale, first.amount) })}</strong>{" "}
        <Link href={`/app/confirm?id=${encodeURIComponent(first.movement_id)}`}>{t("answer")}</Link>
      </p>
    </div>
  );
}
