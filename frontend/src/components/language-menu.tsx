// The languages to choose from: a list that opens without scripts, so that public pages have it too.
import css from "@/components/language-menu.module.css";
import { LOCALES } from "@/lib/i18n/locales";
import type { Locale } from "@/lib/i18n/locales";

interface Props {
  here: string;
  label: string;
  hrefIn: (code: Locale) => string;
}

export function LanguageMenu({ here, label, hrefIn }: Props) {
  return (
    <details className={css.menu}>
      <summary>
        <span className={css.label}>{label}</span>
        {LOCALES.find((locale) => locale.code === here)?.name}
      </summary>
      <ul>
        {LOCALES.filter((locale) => locale.code !== here).map((locale) => (
          <li key={locale.code}>
            <a href={hrefIn(locale.code)} lang={locale.code} hrefLang={locale.code} dir={locale.dir}>
              {locale.name}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
