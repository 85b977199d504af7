"use client";
// Decided cases that looked like this one, and how they ended.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Amount, Percent } from "@/components/amount";
import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { similarQuery } from "@/features/fraud/queries";
import type { SimilarCase } from "@/features/fraud/queries";
import { formatDate } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function Similar({ id }: { id: string }) {
  const t = useTranslations("fraud.similar");
  const states = useTranslations("fraud.states");
  const locale = useLocale();
  const query = useQuery(similarQuery(id));
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  return (
    <Ready query={query}>
      {(found) => (
        <section className={ui.card} aria-labelledby="similar">
          <h2 id="similar">{t("title")}</h2>
          {found.length === 0 ? (
            <p>{t("empty")}</p>
          ) : (
            <>
              <TableView<SimilarCase>
                caption={t("caption")}
                rows={found}
                keyOf={(row) => row.case_id}
                columns={[
                  { key: "case", title: t("case"), cell: (row) => <Link href={`/app/fraud/case?id=${row.case_id}`} prefetch={false}><bdi>{row.case_id.slice(-6)}</bdi></Link> },
                  { key: "end", title: t("outcome"), cell: (row) => states(row.state) },
                  { key: "distance", title: t("distance"), cell: (row) => number.format(row.distance), end: true },
                  { key: "amount", title: t("amount"), cell: (row) => <Amount money={row.amount} />, end: true },
                  { key: "score", title: t("score"), cell: (row) => (row.probability === null ? "–" : <Percent share={row.probability} />), end: true },
                  { key: "at", title: t("decided"), cell: (row) => (row.decided_at === null ? "–" : formatDate(locale, row.decided_at)) },
                  { key: "note", title: t("note"), cell: (row) => <bdi className={ui.faint}>{row.note || "–"}</bdi> },
                ]}
              />
              <p className={ui.faint}>{t("method")}</p>
            </>
          )}
        </section>
      )}
    </Ready>
  );
}
