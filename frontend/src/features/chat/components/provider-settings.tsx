"use client";
// Consent to a provider outside: who it is, what is replaced before anything leaves, figures or none, and the way back.
import { Button, Switch } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useId, useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { Counts } from "@/features/chat/components/redaction-counts";
import { RedactionPreview } from "@/features/chat/components/redaction-preview";
import { useGiveConsent, useWithdrawConsent } from "@/features/chat/consent-queries";
import type { Consent, ConsentText, Provider } from "@/features/chat/consent-queries";
import { formatDateTime } from "@/lib/dates";

type Props = { provider: Provider; consent: Consent };

export function ProviderSettings({ provider, consent }: Props) {
  const t = useTranslations("chat.outside");
  const [share, setShare] = useState(consent.share_figures);
  const give = useGiveConsent();
  const withdraw = useWithdrawConsent();
  const id = useId();
  const text = provider.consent_text;
  if (text === null || provider.name === null) return null;
  const agree = (figures: boolean) =>
    give.mutate({ provider: provider.name ?? "", version: text.version, language: text.language, share_figures: figures });
  const change = (figures: boolean) => {
    setShare(figures);
    // With a consent in force the switch changes it at once; before it, it is part of what is agreed to.
    if (consent.in_force) agree(figures);
  };
  return (
    <div className={ui.stack}>
      <p>
        <span className={consent.in_force ? `${ui.tag} ${ui.tagDone}` : ui.tag} data-testid="consent-state">
          {t(consent.in_force ? "given" : consent.given ? "lapsed" : "none")}
        </span>
      </p>
      <Who provider={provider} />
      <Text text={text} />
      <div className={ui.row}>
        <Switch id={id} checked={share} loading={give.isPending} onChange={change} />
        <label htmlFor={id}>{t("share")}</label>
      </div>
      <p className={ui.faint}>{t(share ? "shareYes" : "shareNo")}</p>
      <RedactionPreview share={share} kinds={text.kinds} />
      {give.error !== null && <ErrorState error={give.error} />}
      {withdraw.error !== null && <ErrorState error={withdraw.error} />}
      <div className={ui.row}>
        {!consent.in_force && (
          <Button type="primary" loading={give.isPending} onClick={() => agree(share)}>
            {t("agree", { provider: provider.name })}
          </Button>
        )}
        {consent.given && (
          <Button danger loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t("withdraw")}
          </Button>
        )}
      </div>
      {consent.last_redaction !== null && <Last last={consent.last_redaction} kinds={text.kinds} />}
    </div>
  );
}

function Who({ provider }: { provider: Provider }) {
  const t = useTranslations("chat.outside");
  const facts = [["provider", provider.name], ["model", provider.model], ["host", provider.host]] as const;
  return (
    <dl className={ui.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd dir="ltr">{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Text({ text }: { text: ConsentText }) {
  const t = useTranslations("chat.outside");
  return (
    <section className={ui.stack} aria-label={text.title} lang={text.language} dir="auto">
      <h3>{text.title}</h3>
      {text.paragraphs.map((paragraph, at) => (
        <p key={at}>{paragraph}</p>
      ))}
      <details>
        <summary>{t("kinds")}</summary>
        <ul>
          {text.kinds.map((one) => (
            <li key={one.kind}>{one.label}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Last({ last, kinds }: { last: NonNullable<Consent["last_redaction"]>; kinds: ConsentText["kinds"] }) {
  const t = useTranslations("chat.outside");
  const locale = useLocale();
  return (
    <section className={ui.stack} aria-label={t("lastTitle")}>
      <h3>{t("lastTitle")}</h3>
      <p className={ui.faint}>{formatDateTime(locale, last.at)}</p>
      <Counts counts={last.counts} kinds={kinds} />
    </section>
  );
}
