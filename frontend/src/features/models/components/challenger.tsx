"use client";
// The version measured beside the one in force, on the same payments, and whether it may take over.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { OnWish } from "@/features/models/components/ask-dialog";
import { useFigures } from "@/features/models/components/figures";
import { VersionLink } from "@/features/models/components/version-link";
import type { Comparison, Desk } from "@/features/models/queries";
import { formatDateTime } from "@/lib/dates";

type Props = { desk: Desk; comparison: Comparison | null; onWish: OnWish };

export function Challenger({ desk, comparison, onWish }: Props) {
  const t = useTranslations("models.challenger");
  const locale = useLocale();
  const { challenger } = desk;
  if (challenger === null) {
    return (
      <section className={ui.card} aria-labelledby="challenger">
        <h2 id="challenger">{t("title")}</h2>
        <p>{t(desk.versions.length > 1 ? "none" : "noOther")}</p>
      </section>
    );
  }
  return (
    <section className={ui.card} aria-labelledby="challenger">
      <h2 id="challenger">{t("title")}</h2>
      <p>
        <VersionLink version={challenger} />{" "}
        {desk.challenger_since !== null && <span className={ui.faint}>{t("since", { at: formatDateTime(locale, desk.challenger_since) })}</span>}
      </p>
      {comparison === null ? (
        <p>{t("notYet")}</p>
      ) : (
        <>
          <Beside found={comparison} />
          <Verdict found={comparison} />
          {onWish !== undefined && comparison.refusals.length === 0 && (
            <div>
              <Button type="primary" onClick={() => onWish({ act: "promote", version: challenger })}>
                {t("promote")}
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}

type Row = { name: string; champion: number | undefined; challenger: number | undefined };

function Beside({ found }: { found: Comparison }) {
  const t = useTranslations("models.challenger");
  const names = useTranslations("models.measures");
  const locale = useLocale();
  const { measure, signed, signedCost, count, share, plain } = useFigures();
  const measures = [...new Set([...Object.keys(found.champion), ...Object.keys(found.challenger)])];
  const rows: Row[] = measures.map((name) => ({ name, champion: found.champion[name], challenger: found.challenger[name] }));
  const [precisionLow, precisionHigh] = found.precision_gain;
  const [costLow, costHigh] = found.cost_saving;
  return (
    <>
      <p className={ui.faint}>
        {t("window", {
          since: formatDateTime(locale, found.since), until: formatDateTime(locale, found.until), rows: count(found.rows),
          labelled: count(found.labelled), frauds: count(found.frauds), days: plain(found.labelled_days), agreement: share(found.agreement),
        })}
      </p>
      {rows.length > 0 && (
        <>
          <TableView<Row>
            caption={t("table")}
            rows={rows}
            keyOf={(row) => row.name}
            columns={[
              { key: "name", title: t("measure"), cell: (row) => (names.has(row.name) ? names(row.name) : <bdi className={ui.code}>{row.name}</bdi>) },
              { key: "champion", title: t("champion"), cell: (row) => measure(row.name, row.champion), end: true },
              { key: "challenger", title: t("title"), cell: (row) => measure(row.name, row.challenger), end: true },
            ]}
          />
          <dl className={ui.facts}>
            <div>
              <dt>{t("gain")}</dt>
              <dd data-testid="precision-gain">{t("interval", { low: signed(precisionLow), high: signed(precisionHigh) })}</dd>
            </div>
            <div>
              <dt>{t("saving")}</dt>
              <dd data-testid="cost-saving">{t("interval", { low: signedCost(costLow), high: signedCost(costHigh) })}</dd>
            </div>
          </dl>
        </>
      )}
    </>
  );
}

function Verdict({ found }: { found: Comparison }) {
  const t = useTranslations("models.challenger");
  if (found.refusals.length === 0) {
    return (
      <p className={ui.notice} data-testid="verdict">
        <span>
          <span aria-hidden="true">{"✓ "}</span>
          {t("may")}
        </span>
      </p>
    );
  }
  return (
    <div className={`${ui.notice} ${ui.warning}`} data-testid="verdict">
      <strong>
        <span aria-hidden="true">{"✗ "}</span>
        {t("mayNot")}
      </strong>
      <ul lang="en">
        {found.refusals.map((reason) => (
          <li key={reason}>
            <bdi>{reason}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
