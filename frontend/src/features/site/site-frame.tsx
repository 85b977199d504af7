// The frame of public pages: readable without scripts, nothing of the app in it.
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { LanguageMenu } from "@/components/language-menu";
import { Logo } from "@/components/logo";
import site from "@/features/site/site.module.css";
import type { Locale } from "@/lib/i18n/locales";

const PAGES = ["how", "fees", "security"] as const;

export async function SiteFrame({ locale, children }: { locale: Locale; children: ReactNode }) {
  const t = await getTranslations({ locale, namespace: "site.frame" });
  return (
    <>
      <header className={site.bar}>
        <a href={`/${locale}`} aria-label={t("home")}>
          <Logo name={t("name")} />
        </a>
        <nav aria-label={t("nav")}>
          {PAGES.map((page) => (
            <a key={page} href={`/${locale}/${page}`}>
              {t(page)}
            </a>
          ))}
        </nav>
        <div className={site.tools}>
          <LanguageMenu here={locale} label={t("language")} hrefIn={(code) => `/${code}`} />
          <a href={`/${locale}/app/login`}>{t("logIn")}</a>
          <a className={site.small} href={`/${locale}/app/signup`}>
            {t("signUp")}
          </a>
        </div>
      </header>
      <main>{children}</main>
      <footer className={site.footer}>
        <p>{t("disclaimer")}</p>
        <p>{t("licence")}</p>
      </footer>
    </>
  );
}
