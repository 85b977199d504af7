"use client";
// The way to where a frozen person lets her money move again: beside every refusal that says it is frozen.
import { useTranslations } from "next-intl";

import { Link } from "@/lib/i18n/routing";

export const FROZEN_CODE = "account_frozen";

export function LiftFreeze() {
  const t = useTranslations("errors");
  return (
    <p>
      <Link href="/app/settings/security">{t("liftFreeze")}</Link>
    </p>
  );
}
