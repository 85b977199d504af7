"use client";
// The same page in another language, with its query.
import { usePathname as useFullPath } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";

import { LanguageMenu } from "@/components/language-menu";

function hrefIn(code: string, path: string): string {
  const query = typeof window === "undefined" ? "" : window.location.search;
  return `/${code}${path.replace(/^\/[a-z]{2}(?=\/|$)/, "")}${query}`;
}

export function LanguageSwitch() {
  const here = useLocale();
  const label = useTranslations("shell")("language");
  const path = useFullPath();
  return <LanguageMenu here={here} label={label} hrefIn={(code) => hrefIn(code, path)} />;
}
