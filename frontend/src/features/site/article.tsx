// A public page of a few sections with a heading each.
import { getTranslations } from "next-intl/server";

import site from "@/features/site/site.module.css";
import type { Locale } from "@/lib/i18n/locales";

const SECTIONS = ["first", "second", "third", "fourth"] as const;

type Props = { locale: Locale; page: "how" | "fees" | "security" };

export async function Article({ locale, page }: Props) {
  const t = await getTranslations({ locale, namespace: `site.${page}` });
  return (
    <article className={site.article}>
      <h1>{t("title")}</h1>
      <p className={site.lead}>{t("lead")}</p>
      {SECTIONS.map((section) => (
        <section key={section}>
          <h2>{t(`${section}.title`)}</h2>
          <p>{t(`${section}.text`)}</p>
        </section>
      ))}
    </article>
  );
}
