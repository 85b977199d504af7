"use client";
// How the version in force does: its last day, what moved away from training, and ninety days of it.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { DriftTable } from "@/features/models/components/drift-table";
import { NONE, useFigures } from "@/features/models/components/figures";
import { History } from "@/features/models/components/history";
import { stoppedShare } from "@/features/models/model";
import type { Monitor, Report } from "@/features/models/queries";
import { formatDateTime, formatDay } from "@/lib/dates";

export function MonitorView({ monitor }: { monitor: Monitor }) {
  const t = useTranslations("models.monitor");
  const latest = monitor.reports[0];
  if (latest === undefined) {
    return (
      <section className={ui.card} aria-labelledby="monitor">
        <h2 id="monitor">{t("title")}</h2>
        <p data-testid="no-report">{t("noReport")}</p>
      </section>
    );
  }
  return (
    <>
      <div className={ui.columns}>
        <LastDay report={latest} />
        <Truth report={latest} />
      </div>
      <DriftTable report={latest} monitor={monitor} />
      <History monitor={monitor} />
    </>
  );
}

function LastDay({ report }: { report: Report }) {
  const t = useTranslations("models.monitor");
  const locale = useLocale();
  const { count, share, figure } = useFigures();
  const stopped = stoppedShare(report);
  const facts = {
    rows: count(report.rows),
    scored: count(report.scored),
    degraded: count(report.degraded),
    stopped: stopped === null ? NONE : share(stopped),
    mean: report.scored === 0 ? NONE : figure(report.mean_probability),
    changes: report.changes === null ? t("noDetector") : count(report.changes),
  };
  return (
    <section className={ui.card} aria-labelledby="monitor">
      <h2 id="monitor">{t("title")}</h2>
      <p className={ui.faint}>{t("asOf", { day: formatDay(locale, report.day), at: formatDateTime(locale, report.at) })}</p>
      {report.degraded > 0 && <p className={`${ui.notice} ${ui.warning}`}>{t("degradedNotice", { count: report.degraded })}</p>}
      <dl className={ui.facts}>
        {(["rows", "scored", "degraded", "stopped", "mean", "changes"] as const).map((key) => (
          <div key={key}>
            <dt>{t(`names.${key}`)}</dt>
            <dd data-testid={`day-${key}`}>{facts[key]}</dd>
          </div>
        ))}
      </dl>
      <h3>{t("outcomes")}</h3>
      {report.rows === 0 ? (
        <p>{t("noPayments")}</p>
      ) : (
        <dl className={ui.facts}>
          {Object.entries(report.outcomes).map(([name, found]) => (
            <div key={name}>
              <dt>{t.has(`outcomeNames.${name}`) ? t(`outcomeNames.${name}`) : <bdi className={ui.code}>{name}</bdi>}</dt>
              <dd data-testid={`outcome-${name}`}>{t("countShare", { count: count(found), share: share(found / report.rows) })}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className={ui.faint}>{t("method")}</p>
    </section>
  );
}

function Truth({ report }: { report: Report }) {
  const t = useTranslations("models.monitor");
  const names = useTranslations("models.measures");
  const { measure, count } = useFigures();
  const { rows, frauds, ...measures } = report.labelled;
  const found = Object.entries(measures);
  return (
    <section className={ui.card} aria-labelledby="truth">
      <h2 id="truth">{t("truth")}</h2>
      {found.length === 0 ? (
        <p data-testid="no-labels">{t("noLabels", { rows: count(rows ?? 0), frauds: count(frauds ?? 0) })}</p>
      ) : (
        <>
          <p className={ui.faint}>{t("labels", { rows: count(rows), frauds: count(frauds) })}</p>
          <dl className={ui.facts}>
            {found.map(([name, value]) => (
              <div key={name}>
                <dt>{names.has(name) ? names(name) : <bdi className={ui.code}>{name}</bdi>}</dt>
                <dd className="number" data-testid={`truth-${name}`}>
                  {measure(name, value)}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className={ui.faint}>{t("truthHint")}</p>
    </section>
  );
}
