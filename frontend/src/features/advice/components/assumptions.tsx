"use client";
// What the advice rests on: data, simulation, fees, the model with its card, and the statement to keep.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { CardText } from "@/components/card-text";
import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import style from "@/features/advice/components/advice.module.css";
import { isStale } from "@/features/advice/model";
import { cardQuery, outlookQuery, statementJson, statementPdf } from "@/features/advice/queries";
import type { Advice, Mix, Outlook } from "@/features/advice/queries";
import { formatDateTime, formatDay } from "@/lib/dates";
import { saveBlob } from "@/lib/download";
import { formatPercent } from "@/lib/money";

const BPS = 10_000;

export function Assumptions({ advice, mix }: { advice: Advice; mix: Mix }) {
  const t = useTranslations("adviceBasis");
  const query = useQuery(outlookQuery(advice.recommendation_id));
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="basis">
      <h2 id="basis">{t("title")}</h2>
      <Ready query={query} rows={5}>
        {(found) => <Facts advice={advice} mix={mix} found={found} />}
      </Ready>
      <ModelCard id={advice.recommendation_id} />
      <Statement id={advice.recommendation_id} stale={isStale(mix.as_of, advice.made_at)} />
    </section>
  );
}

function Facts({ advice, mix, found }: { advice: Advice; mix: Mix; found: Outlook }) {
  const t = useTranslations("adviceBasis");
  const locale = useLocale();
  const { future } = found;
  const facts = [
    t("prices", { day: formatDay(locale, mix.as_of), source: mix.source }),
    t("until", { made: formatDateTime(locale, advice.made_at), until: formatDateTime(locale, advice.expires_at) }),
    ...(future === null
      ? []
      : [
          t("history", { months: future.history_months, from: formatDay(locale, future.history_first), to: formatDay(locale, future.history_last) }),
          t("simulation", { paths: future.paths, block: future.block_months, seed: future.seed }),
        ]),
    t("fees", { rate: formatPercent(locale, found.fee_bps / BPS, 2), years: found.horizon_years }),
    t("noReturns"),
  ];
  return (
    <>
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <p className={ui.faint}>
        {t("model")} <span className={ui.code}>{mix.model_version}</span>
        <br />
        {t("frontier")} <span className={ui.code}>{mix.frontier_version}</span>
        <br />
        {t("record")} <span className={ui.code}>{advice.record_hash}</span>
      </p>
    </>
  );
}

function ModelCard({ id }: { id: string }) {
  const t = useTranslations("adviceBasis");
  const [isOpen, setOpen] = useState(false);
  const query = useQuery(cardQuery(id, isOpen));
  return (
    <>
      <div>
        <Button aria-expanded={isOpen} aria-controls="model-card" onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? "hideCard" : "showCard")}
        </Button>
      </div>
      {isOpen && (
        <div id="model-card" className={`${ui.stack} ${style.card}`} role="region" aria-label={t("card")} tabIndex={0}>
          <Ready query={query} rows={6}>
            {(found) => <CardText markdown={found.card} />}
          </Ready>
        </div>
      )}
    </>
  );
}

function Statement({ id, stale }: { id: string; stale: boolean }) {
  const t = useTranslations("adviceBasis");
  const [error, setError] = useState<unknown>(null);
  const about = { disabled: stale, "aria-describedby": stale ? "no-statement" : undefined };
  const save = (name: string, load: (id: string) => Promise<Blob>) => {
    setError(null);
    load(id).then((blob) => saveBlob(name, blob), setError);
  };
  return (
    <>
      <h3>{t("statement")}</h3>
      <p>{t("statementText")}</p>
      {stale && (
        <p className={`${ui.notice} ${ui.warning}`} id="no-statement">
          {t("statementStale")}
        </p>
      )}
      <div className={ui.row}>
        <Button {...about} onClick={() => save(`suitability-${id}.pdf`, statementPdf)}>{t("pdf")}</Button>
        <Button {...about} onClick={() => save(`suitability-${id}.json`, statementJson)}>{t("json")}</Button>
      </div>
      {error !== null && <ErrorState error={error} />}
    </>
  );
}
