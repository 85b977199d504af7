"use client";
// One case: what happened, why it was stopped, what is usual, who hangs together; and the work on it.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { Suspense } from "react";

import { Amount, Percent } from "@/components/amount";
import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { CaseWork } from "@/features/fraud/components/case-work";
import { LinkGraphView } from "@/features/fraud/components/link-graph";
import { Reasons } from "@/features/fraud/components/reasons";
import { Similar } from "@/features/fraud/components/similar";
import { StateTags } from "@/features/fraud/components/state-tags";
import { Timeline } from "@/features/fraud/components/timeline";
import { Unmask } from "@/features/fraud/components/unmask";
import { WouldPassView } from "@/features/fraud/components/would-pass";
import { caseQuery } from "@/features/fraud/queries";
import type { FraudCase } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function CaseView() {
  const t = useTranslations("fraud.case");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={<Link href="/app/fraud">{t("back")}</Link>} />
      <Suspense fallback={<Loading />}>
        <Asked />
      </Suspense>
    </div>
  );
}

function Asked() {
  const t = useTranslations("fraud.case");
  const id = useSearchParams().get("id");
  if (id === null) return <Empty text={t("none")} action={<Link href="/app/fraud">{t("back")}</Link>} />;
  return <Found id={id} />;
}

function Found({ id }: { id: string }) {
  const query = useQuery(caseQuery(id));
  return (
    <Ready query={query} rows={10}>
      {(found) => (
        <div className={ui.main}>
          <div className={ui.stack}>
            <Facts found={found} />
            {/* A ring is no payment: it has no score, no usual amount and nothing that would pass. */}
            {found.case_kind !== "ring" && (
              <>
                <Reasons id={id} amount={found.amount} />
                <WouldPassView id={id} />
              </>
            )}
            <LinkGraphView id={id} currency={found.amount.currency} />
            <Similar id={id} />
          </div>
          <div className={ui.stack}>
            <CaseWork found={found} />
            <Unmask found={found} />
            <Timeline id={id} />
          </div>
        </div>
      )}
    </Ready>
  );
}

function Facts({ found }: { found: FraudCase }) {
  const t = useTranslations("fraud.case");
  const kinds = useTranslations("fraud.kinds");
  const payments = useTranslations("fraud.payments");
  const locale = useLocale();
  const rows = [
    { key: "amount", value: <Amount money={found.amount} /> },
    { key: "loss", value: <Amount money={found.expected_loss} /> },
    { key: "score", value: found.probability === null ? t("noScore") : <Percent share={found.probability} /> },
    { key: "payment", value: found.kind === null ? "–" : payments(found.kind) },
    { key: "opened", value: formatDateTime(locale, found.opened_at) },
    { key: "due", value: formatDateTime(locale, found.due_at) },
    { key: "customer", value: <bdi className={ui.code}>{found.user_id || "–"}</bdi> },
    { key: "payee", value: <bdi className={ui.code}>{found.payee_id || "–"}</bdi> },
  ];
  return (
    <section className={ui.card} aria-labelledby="facts">
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="facts">{kinds(found.case_kind)}</h2>
        <StateTags found={found} />
      </div>
      <dl className={ui.facts}>
        {rows.map(({ key, value }) => (
          <div key={key}>
            <dt>{t(`facts.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {found.members.length > 0 && <p>{t("members", { count: found.members.length })}</p>}
      {found.links.length > 0 && (
        <ul>
          {found.links.map((link) => (
            <li key={link.target + link.ref}>
              {t(`link.${link.target}`)} <bdi className={ui.code}>{link.ref}</bdi> <bdi className={ui.faint}>{link.why}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
