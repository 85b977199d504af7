"use client";
// Earlier advice and what was said to each.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { historyQuery } from "@/features/advice/queries";
import type { Given } from "@/features/advice/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function History() {
  const t = useTranslations("adviceHistory");
  const answer = useTranslations("answer");
  const locale = useLocale();
  const rows = useQuery(historyQuery).data?.recommendations ?? [];
  if (rows.length === 0) return null;
  const said = ({ rejection, orders }: Given) => {
    if (orders !== null) return answer(`orders.${orders}`);
    return rejection === null ? t("open") : t("declined", { why: answer(`codes.${rejection.code}`) });
  };
  return (
    <section className={ui.card} aria-labelledby="earlier">
      <h2 id="earlier">{t("title")}</h2>
      <TableView<Given>
        caption={t("title")}
        rows={rows}
        keyOf={(row) => row.recommendation_id}
        columns={[
          { key: "at", title: t("made"), cell: (row) => <Link href={`/app/recommendation?id=${row.recommendation_id}`}>{formatDateTime(locale, row.made_at)}</Link> },
          { key: "outcome", title: t("outcome"), cell: (row) => t(`outcomes.${row.outcome}`, { profile: row.profile }) },
          { key: "said", title: t("said"), cell: said },
        ]}
      />
    </section>
  );
}
