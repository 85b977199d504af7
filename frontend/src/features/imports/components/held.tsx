"use client";
// Held elsewhere: what imported rows add up to. Never valued, never part of the portfolio.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { Empty, Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { elsewhereQuery } from "@/features/imports/queries";
import type { Elsewhere } from "@/features/imports/queries";
import { formatDay } from "@/lib/dates";

export function Held() {
  const t = useTranslations("imports.held");
  return (
    <section className={ui.stack} aria-labelledby="held">
      <h2 id="held">{t("title")}</h2>
      <Ready query={useQuery(elsewhereQuery)}>
        {(found) => (found.first === null ? <Empty text={t("empty")} action={<a href="#file">{t("choose")}</a>} /> : <Sums found={found} />)}
      </Ready>
    </section>
  );
}

function Sums({ found }: { found: Elsewhere }) {
  const t = useTranslations("imports.held");
  const locale = useLocale();
  const period = { first: formatDay(locale, found.first ?? ""), last: formatDay(locale, found.last ?? "") };
  return (
    <div className={ui.card}>
      <p className={ui.faint}>{t("note", period)}</p>
      {found.holdings.length > 0 && (
        <TableView
          caption={t("holdings")}
          rows={found.holdings}
          keyOf={(row) => `${row.account} ${row.isin ?? ""} ${row.symbol ?? ""}`}
          columns={[
            { key: "account", title: t("account"), cell: (row) => <bdi>{row.account}</bdi> },
            { key: "what", title: t("instrument"), cell: (row) => <bdi>{row.name ?? row.symbol ?? row.isin}</bdi> },
            { key: "code", title: t("code"), cell: (row) => <bdi dir="ltr">{row.symbol ?? row.isin}</bdi> },
            { key: "quantity", title: t("quantity"), cell: (row) => <span className="number">{row.quantity}</span>, end: true },
            { key: "complete", title: t("complete"), cell: (row) => t(row.complete ? "yes" : "no") },
          ]}
        />
      )}
      {found.cash.length > 0 && (
        <TableView
          caption={t("cash")}
          rows={found.cash}
          keyOf={(row) => `${row.account} ${row.total.currency}`}
          columns={[
            { key: "account", title: t("account"), cell: (row) => <bdi>{row.account}</bdi> },
            { key: "total", title: t("cash"), cell: (row) => <Amount money={row.total} />, end: true },
          ]}
        />
      )}
    </div>
  );
}
