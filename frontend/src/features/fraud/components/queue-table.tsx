"use client";
// The rows of the queue: what it may cost, how sure the model is, why, until when, and who has it.
import { useLocale, useTranslations } from "next-intl";

import { Amount, Percent } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { StateTags } from "@/features/fraud/components/state-tags";
import type { FraudCase } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function QueueTable({ cases }: { cases: FraudCase[] }) {
  const t = useTranslations("fraud.queue");
  const kinds = useTranslations("fraud.kinds");
  const locale = useLocale();
  const score = (row: FraudCase) => (row.probability === null ? t("noScore") : <Percent share={row.probability} />);
  const owner = (row: FraudCase) => {
    if (row.lock === null) return t("free");
    return row.lock.mine ? t("yours") : <bdi className={ui.faint}>{row.lock.analyst_id}</bdi>;
  };
  const why = (row: FraudCase) => (
    <bdi lang="en" className={ui.faint}>
      {row.reasons[0]?.sentence ?? "–"}
    </bdi>
  );
  return (
    <TableView<FraudCase>
      caption={t("title")}
      rows={cases}
      keyOf={(row) => row.case_id}
      columns={[
        {
          key: "open",
          title: t("case"),
          cell: (row) => (
            <Link href={`/app/fraud/case?id=${row.case_id}`} prefetch={false} data-case-row aria-label={t("openCase", { kind: kinds(row.case_kind), id: row.case_id.slice(-6) })}>
              {kinds(row.case_kind)} <bdi className={ui.faint}>{row.case_id.slice(-6)}</bdi>
            </Link>
          ),
        },
        { key: "loss", title: t("loss"), cell: (row) => <Amount money={row.expected_loss} />, end: true },
        { key: "amount", title: t("amount"), cell: (row) => <Amount money={row.amount} />, end: true },
        { key: "score", title: t("score"), cell: score, end: true },
        { key: "why", title: t("why"), cell: why },
        { key: "due", title: t("due"), cell: (row) => formatDateTime(locale, row.due_at) },
        { key: "state", title: t("state"), cell: (row) => <StateTags found={row} /> },
        { key: "owner", title: t("owner"), cell: owner },
      ]}
    />
  );
}
