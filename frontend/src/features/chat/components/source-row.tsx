"use client";
// The row behind a figure as facts, the one with the figure's value marked; for the ledger with its receipt.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import ui from "@/components/ui.module.css";
import type { Evidence } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";
import { Foreign } from "@/features/chat/components/result-card";
import type { Cited, Openable, Row } from "@/features/chat/queries";
import { factsOf, holds } from "@/features/chat/source-model";
import type { Fact } from "@/features/chat/source-model";
import { formatDateTime, formatDay } from "@/lib/dates";
import { saveBlob } from "@/lib/download";
import { Link } from "@/lib/i18n/routing";
import { formatPercent, formatQuantity } from "@/lib/money";

type Receipt = NonNullable<Cited["ledger"]>["receipt"];

export function SourceRow({ row, evidence, openable }: { row: Row; evidence: Evidence | undefined; openable: Openable }) {
  const t = useTranslations("chat.source");
  const facts = factsOf(row);
  const same = facts.findIndex((one) => evidence !== undefined && holds(one, evidence));
  const page = pageOf(row, openable);
  const receipt = row.kind === "cited" ? row.cited.ledger?.receipt : undefined;
  return (
    <section className={ui.stack} aria-label={t("row")} data-testid="cited-row">
      <h3>{t("row")}</h3>
      <dl className={ui.facts}>
        {facts.map((one, at) => (
          <div key={`${one.name}-${at}`} className={at === same ? css.same : undefined} data-testid={at === same ? "cited-value" : undefined}>
            <dt>
              <FactName name={one.name} />
              {at === same && <span className={`${ui.tag} ${ui.tagDone}`}>{t("thisFigure")}</span>}
            </dt>
            <dd>
              <FactValue one={one} />
            </dd>
          </div>
        ))}
      </dl>
      {same < 0 && <p className={ui.faint}>{t("derived")}</p>}
      {receipt !== undefined && <Proof receipt={receipt} />}
      {page !== null && <Link href={page}>{t("toPage")}</Link>}
    </section>
  );
}

/** The page of the product that shows the same rows. */
function pageOf(row: Row, { ref }: Openable): string | null {
  switch (row.kind) {
    case "portfolio":
      return "/app/portfolio";
    case "performance":
      return "/app/performance";
    case "fees":
      return "/app/dashboard";
    case "goal":
      return `/app/goal?id=${encodeURIComponent(ref)}`;
    case "cited":
      break;
  }
  const { ledger, price, profile, identity_check, decision } = row.cited;
  if (ledger !== null) return "/app/transactions";
  if (price !== null) return `/app/instrument?id=${encodeURIComponent(price.symbol)}`;
  if (profile !== null) return "/app/risk";
  if (identity_check !== null) return "/app/kyc";
  return decision === null ? null : `/app/recommendation?id=${encodeURIComponent(decision.recommendation_id)}`;
}

function FactName({ name }: { name: string }) {
  const t = useTranslations("chat.source.facts");
  const methods = useTranslations("performance.figures");
  // A name of the reader's own things, such as of a holding, is shown as it is.
  if (name.startsWith("=")) return <bdi>{name.slice(1)}</bdi>;
  return name.startsWith("figures.") ? methods(`${name.slice("figures.".length)}.name`) : t(name);
}

function FactValue({ one }: { one: Fact }) {
  const locale = useLocale();
  const t = useTranslations();
  switch (one.kind) {
    case "money":
      return <Amount money={one.money} />;
    case "percent":
      return <span className="number">{formatPercent(locale, one.value, 2)}</span>;
    case "number":
    case "quantity":
      return <span className="number">{formatQuantity(locale, one.value)}</span>;
    case "time":
      return formatDateTime(locale, one.value);
    case "day":
      return formatDay(locale, one.value);
    case "text":
      return <Foreign text={one.value} />;
    case "code":
      return (
        <span className={ui.code} dir="ltr">
          {one.value}
        </span>
      );
    case "word":
      return t.has(`${one.among}.${one.value}`) ? t(`${one.among}.${one.value}`) : one.value;
  }
}

/** The receipt: where the movement stands in the log that cannot be rewritten, and the file that proves it. */
function Proof({ receipt }: { receipt: Receipt }) {
  const t = useTranslations("chat.source");
  const locale = useLocale();
  const save = () => saveBlob(`finnami-receipt-${receipt.movement_id}.json`, new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }));
  const sealed = receipt.index !== null && receipt.root !== null;
  return (
    <section className={ui.stack} aria-label={t("proof")}>
      <h3>{t("proof")}</h3>
      <p>{t(sealed ? "sealed" : "notSealed")}</p>
      {sealed && (
        <dl className={ui.facts}>
          <div>
            <dt>{t("facts.entry")}</dt>
            <dd>{t("entryOf", { entry: (receipt.index ?? 0) + 1, size: receipt.size ?? 0 })}</dd>
          </div>
          <div>
            <dt>{t("facts.headAt")}</dt>
            <dd>{receipt.head_at === null ? "–" : formatDateTime(locale, receipt.head_at)}</dd>
          </div>
          <div>
            <dt>{t("facts.root")}</dt>
            <dd className={ui.code} dir="ltr">
              {receipt.root}
            </dd>
          </div>
        </dl>
      )}
      <div>
        <Button onClick={save}>{t("saveReceipt")}</Button>
      </div>
    </section>
  );
}
