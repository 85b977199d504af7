// The first page: what FinNami does, in the order a careful person asks.
import { getTranslations } from "next-intl/server";

import site from "@/features/site/site.module.css";
import type { Locale } from "@/lib/i18n/locales";

const STEPS = ["know", "plan", "invest", "check"] as const;
const PROMISES = ["risk", "cost", "fraud", "proof"] as const;
const SHARES = [
  { key: "world", part: 38, tone: "var(--primary)" },
  { key: "bonds", part: 34, tone: "#0072b2" },
  { key: "gold", part: 12, tone: "#b2558a" },
  { key: "cash", part: 16, tone: "#6b7a74" },
] as const;

export async function Landing({ locale }: { locale: Locale }) {
  const t = await getTranslations({ locale, namespace: "site.landing" });
  return (
    <>
      <section className={site.hero}>
        <div className={site.pitch}>
          <h1>{t("title")}</h1>
          <p className={site.lead}>{t("lead")}</p>
          <div className={site.actions}>
            <a className={site.primary} href={`/${locale}/app/signup`}>
              {t("start")}
            </a>
            <a href={`/${locale}/how`}>{t("how")}</a>
          </div>
          <p className={site.note}>{t("sandbox")}</p>
        </div>
        <figure className={site.sample}>
          <figcaption>{t("sample.caption")}</figcaption>
          <div className={site.strip} aria-hidden="true">
            {SHARES.map(({ key, part, tone }) => (
              <span key={key} style={{ flexGrow: part, background: tone }} />
            ))}
          </div>
          <ul>
            {SHARES.map(({ key, part, tone }) => (
              <li key={key}>
                <span className={site.dot} style={{ background: tone }} aria-hidden="true" />
                <span>{t(`sample.${key}`)}</span>
                <strong>{t("sample.part", { part: part / 100 })}</strong>
              </li>
            ))}
          </ul>
          <p className={site.reason}>{t("sample.reason")}</p>
        </figure>
      </section>
      <section className={site.band} aria-labelledby="steps">
        <h2 id="steps">{t("steps.title")}</h2>
        <ol className={site.grid}>
          {STEPS.map((step) => (
            <li key={step}>
              <h3>{t(`steps.${step}.title`)}</h3>
              <p>{t(`steps.${step}.text`)}</p>
            </li>
          ))}
        </ol>
      </section>
      <section className={site.band} aria-labelledby="promises">
        <h2 id="promises">{t("promises.title")}</h2>
        <ul className={site.grid}>
          {PROMISES.map((promise) => (
            <li key={promise}>
              <h3>{t(`promises.${promise}.title`)}</h3>
              <p>{t(`promises.${promise}.text`)}</p>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
