// What every route needs at build time: its language fixed, its title, and whether robots may list it.
import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { DEFAULT_LOCALE, isLocale } from "@/lib/i18n/locales";
import type { Locale } from "@/lib/i18n/locales";

export type LocaleParams = { params: Promise<{ locale: string }> };

export async function fixLocale({ params }: LocaleParams): Promise<Locale> {
  const { locale } = await params;
  const known = isLocale(locale) ? locale : DEFAULT_LOCALE;
  setRequestLocale(known);
  return known;
}

/** Metadata of an app page: a title of its own, never listed. */
export function appMetadata(page: string) {
  return async function generateMetadata(props: LocaleParams): Promise<Metadata> {
    const locale = await fixLocale(props);
    const t = await getTranslations({ locale, namespace: "titles" });
    return { title: `${t(page)} · FinNami`, robots: { index: false, follow: false } };
  };
}

/** Metadata of a public page: title and description of its own, listed. */
export function siteMetadata(page: string) {
  return async function generateMetadata(props: LocaleParams): Promise<Metadata> {
    const locale = await fixLocale(props);
    const t = await getTranslations({ locale, namespace: `site.${page}` });
    return { title: t("metaTitle"), description: t("metaDescription") };
  };
}
