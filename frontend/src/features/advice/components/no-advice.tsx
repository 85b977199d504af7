"use client";
// Why there is no advice, and what can be done about it.
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { ApiError } from "@/lib/api/problem";
import { Link } from "@/lib/i18n/routing";

const WAYS: Record<string, string> = {
  risk_profile_missing: "/app/risk",
  risk_profile_expired: "/app/risk",
  recommendation_not_found: "/app/recommendation",
  advice_unavailable: "/app/dashboard",
  no_prices: "/app/dashboard",
};

export function NoAdvice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTranslations("noAdvice");
  const code = error instanceof ApiError ? error.code : "";
  const way = WAYS[code];
  return (
    <div className={ui.stack}>
      <ErrorState error={error} onRetry={onRetry} />
      {way !== undefined && (
        <div className={ui.notice}>
          <strong>{t("title")}</strong>
          {code === "advice_unavailable" && error instanceof ApiError && error.detail !== "" && <p>{t("said", { detail: error.detail })}</p>}
          <p>{t(code)}</p>
          <Link href={way}>{t(`${code}_link`)}</Link>
        </div>
      )}
    </div>
  );
}
