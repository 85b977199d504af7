"use client";
// Histories of accounts elsewhere: what they add up to, the next file, and every import with its way back.
import { useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import ui from "@/components/ui.module.css";
import { Held } from "@/features/imports/components/held";
import { History } from "@/features/imports/components/history";
import { ImportFile } from "@/features/imports/components/import-file";
import { Link } from "@/lib/i18n/routing";

export function Imports() {
  const t = useTranslations("imports");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <p>
        <Link href="/app/transactions">{t("back")}</Link>
      </p>
      <ImportFile />
      <Held />
      <History />
    </div>
  );
}
