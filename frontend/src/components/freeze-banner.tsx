"use client";
// "Your money is frozen" on every screen, as long as it is, with the way to where it is lifted.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import shell from "@/components/shell.module.css";
import { freezeQuery } from "@/lib/freeze";
import { Link, usePathname } from "@/lib/i18n/routing";

const LIFTED_AT = "/app/settings/security";
/** So long a page may stay unseen for the sake of the banner above it; then it would rather jump. */
const PATIENCE_MS = 1_000;

export function FreezeBanner() {
  const t = useTranslations("shell.frozen");
  const path = usePathname();
  const since = useQuery(freezeQuery).data?.frozen_since ?? null;
  if (since === null) return null;
  return (
    <p className={shell.frozen}>
      <span>{t("text")}</span>{" "}
      {path !== LIFTED_AT && <Link href={LIFTED_AT}>{t("lift")}</Link>}
    </p>
  );
}

/** True until it is known whether the banner stands above the page: shown before, the page would move down. */
export function useFreezeUnknown(signedIn: boolean): boolean {
  const { isLoading } = useQuery({ ...freezeQuery, enabled: signedIn });
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    if (!signedIn) return undefined;
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [signedIn]);
  return signedIn && patient && isLoading;
}
