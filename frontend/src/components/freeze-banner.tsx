"use client";
// "Your money is frozen" on every screen, as long as it is, with the way to where it is lifted.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect } from "react";

import shell from "@/components/shell.module.css";
import { rememberFrozen, wasFrozen } from "@/lib/auth/hint";
import { freezeQuery } from "@/lib/freeze";
import { Link, usePathname } from "@/lib/i18n/routing";

const LIFTED_AT = "/app/settings/security";

/** Until the server has answered it says what this device last heard: the page below then need not move. */
export function FreezeBanner({ signedIn }: { signedIn: boolean }) {
  const t = useTranslations("shell.frozen");
  const path = usePathname();
  const { data, isError } = useQuery({ ...freezeQuery, enabled: signedIn });
  useEffect(() => {
    if (data !== undefined) rememberFrozen(data.frozen_since !== null);
  }, [data]);
  const frozen = data === undefined ? !isError && wasFrozen() : data.frozen_since !== null;
  if (!frozen) return null;
  return (
    <p className={shell.frozen}>
      <span>{t("text")}</span>{" "}
      {path !== LIFTED_AT && <Link href={LIFTED_AT}>{t("lift")}</Link>}
    </p>
  );
}
