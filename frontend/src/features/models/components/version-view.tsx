"use client";
// One version: its figures beside the one in force, where it draws its lines, what it learnt from, and its card.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { CardText } from "@/components/card-text";
import { NONE, useFigures } from "@/features/models/components/figures";
import { metricRows } from "@/features/models/model";
import type { Metric, MetricRow } from "@/features/models/model";
import { deskQuery, versionQuery } from "@/features/models/queries";
import type { Model } from "@/features/models/queries";
import { Link } from "@/lib/i18n/routing";

export function VersionView({ version }: { version: string }) {
  const t = useTranslations("models.version");
  const query = useQuery(versionQuery(version));
  const desk = useQuery(deskQuery);
  const inForce = desk.data?.version ?? null;
  const other = useQuery({ ...versionQuery(inForce ?? version), enabled: inForce !== null && inForce !== version });
  return (
    <>
      <Heading title={t("title")} lead={<Link href="/app/models">{t("back")}</Link>} />
      <Ready query={query} rows={12}>
        {(found) => (
          <>
            <Facts found={found} />
            <Figures found={found} other={found.version === inForce ? undefined : other.data} />
            <div className={ui.columns}>
              <Values title={t("thresholds")} hint={t("thresholdsHint")} values={found.thresholds} group="thresholdNames" />
              <Values title={t("costs")} hint={t("costsHint")} values={found.costs} group="costNames" />
            </div>
            <section className={ui.card} aria-labelledby="card">
              <h2 id="card">{t("card")}</h2>
              {found.card === "" ? <p>{t("noCard")}</p> : <CardText markdown={found.card} />}
            </section>
          </>
        )}
      </Ready>
    </>
  );
}

function Facts({ found }: { found: Model }) {
  const t = useTranslations("models.version");
  const trust = useTranslations("models.versions.trustedBy");
  const code = (text: string | null) => (text === null || text === "" ? NONE : <bdi className={ui.code}>{text}</bdi>);
  const libraries = Object.entries(found.libraries).map(([name, version]) => `${name} ${version}`);
  const facts = {
    version: code(found.version),
    until: code(found.trained_until),
    trust: found.trusted_by === null ? trust("refused") : trust(found.trusted_by),
    data: code(found.data_sha256),
    sha: code(found.sha256),
    libraries: code(libraries.join(", ")),
  };
  return (
    <section className={ui.card} aria-labelledby="facts">
      <h2 id="facts">{t("facts")}</h2>
      {found.trusted_by === null && (
        <p className={`${ui.notice} ${ui.error}`}>
          {t("refused")} <bdi lang="en">{found.refusal}</bdi>
        </p>
      )}
      <dl className={ui.facts}>
        {(["version", "until", "trust", "data", "sha", "libraries"] as const).map((key) => (
          <div key={key}>
            <dt>{t(`names.${key}`)}</dt>
            <dd data-testid={`fact-${key}`}>{facts[key]}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{t("features", { count: found.features.length })}</summary>
        <p className={ui.code} lang="en" dir="ltr">
          {found.features.join(", ")}
        </p>
      </details>
    </section>
  );
}

function Figures({ found, other }: { found: Model; other: Model | undefined }) {
  const t = useTranslations("models.version");
  const names = useTranslations("models.measures");
  const { measure, range } = useFigures();
  const value = (row: MetricRow, metric: Metric) => measure(row.name, metric.value);
  const interval = (metric: Metric) => {
    const ends = range(metric.interval);
    return ends === null ? NONE : t("interval", ends);
  };
  const beside = [
    { key: "other", title: t("inForce"), cell: (row: MetricRow) => value(row, row.other), end: true },
    { key: "other90", title: t("inForce90"), cell: (row: MetricRow) => interval(row.other), end: true },
  ];
  return (
    <section className={ui.card}>
      <h2 id="figures">{t("figures")}</h2>
      <TableView<MetricRow>
        caption={t("figures")}
        rows={metricRows(found.metrics, other?.metrics)}
        keyOf={(row) => row.name}
        columns={[
          { key: "name", title: t("measure"), cell: (row) => (names.has(row.name) ? names(row.name) : <bdi className={ui.code}>{row.name}</bdi>) },
          { key: "here", title: t("here"), cell: (row) => value(row, row.here), end: true },
          { key: "here90", title: t("here90"), cell: (row) => interval(row.here), end: true },
          ...(other === undefined ? [] : beside),
        ]}
      />
      <p className={ui.faint}>{t("figuresHint")}</p>
      {other !== undefined && <p className={`${ui.notice} ${ui.warning}`}>{t("ownWeeks")}</p>}
    </section>
  );
}

type ValuesProps = { title: string; hint: string; values: Record<string, number>; group: "thresholdNames" | "costNames" };

function Values({ title, hint, values, group }: ValuesProps) {
  const t = useTranslations(`models.version.${group}`);
  const { plain } = useFigures();
  return (
    <section className={ui.card} aria-label={title}>
      <h2>{title}</h2>
      <dl className={ui.facts}>
        {Object.entries(values).map(([name, value]) => (
          <div key={name}>
            <dt>{t.has(name) ? t(name) : <bdi className={ui.code}>{name}</bdi>}</dt>
            <dd className="number">{plain(value)}</dd>
          </div>
        ))}
      </dl>
      <p className={ui.faint}>{hint}</p>
    </section>
  );
}
