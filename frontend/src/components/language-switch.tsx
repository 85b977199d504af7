"use client";
// The same page in another language, with its query.
import { usePathname as useFullPath } from "next/navigation";
import { useLocale } from "next-intl";

import { LOCALES } from "@/lib/i18n/locales";

function hrefIn(code: string, path: string): string {
  const query = typeof window === "undefined" ? "" : window.location.search;
  return `/${code}${path.replace(/^\/[a-z]{2}(?=\/|$)/, "")}${query}`;
}

export function LanguageSwitch({ className }: { className: string }) {
  const here = useLocale();
  const path = useFullPath();
  return LOCALES.filter((locale) => locale.code !== here).map((locale) => (
    <a key={locale.code} className={className} href={hrefIn(locale.code, path)} lang={locale.code} hrefLang={locale.code}>
      {locale.name}
    </a>
  ));
}
