"use client";
// Everything held, line by line, with totals of what is shown and of all; search and sort stand in the address.
import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";

import { HideSwitch } from "@/components/hide-switch";
import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { NetWorth } from "@/features/portfolio/components/net-worth";
import { HoldingsTable } from "@/features/portfolio/components/holdings-table";
import { PriceState } from "@/features/portfolio/components/price-state";
import { addressOf, holdingsOf, searched, sorted, sortOf, totalsOf } from "@/features/portfolio/holdings-model";
import type { Money, Sort, Totals } from "@/features/portfolio/holdings-model";
import { lotsQuery, portfolioQuery } from "@/features/portfolio/queries";
import type { Portfolio } from "@/features/portfolio/queries";
import { useFollowQuotes, useQuotes } from "@/features/portfolio/use-quotes";
import { useOwnTexts } from "@/lib/hide-amounts";
import { Link } from "@/lib/i18n/routing";

export function PortfolioTable() {
  const t = useTranslations("portfolio");
  const query = useQuery(portfolioQuery);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={`${ui.row} ${ui.spread}`}>
        <PriceState />
        <HideSwitch />
      </div>
      <NetWorth />
      <Ready query={query} rows={12}>
        {(found) =>
          found.positions.length === 0 ? (
            <Empty text={t("empty")} action={<Link href="/app/recommendation">{t("toAdvice")}</Link>} />
          ) : (
            <Suspense fallback={<Loading rows={12} />}>
              <Rows found={found} />
            </Suspense>
          )
        }
      </Ready>
    </div>
  );
}

function Rows({ found }: { found: Portfolio }) {
  const t = useTranslations("portfolio");
  const locale = useLocale();
  const address = new URLSearchParams(useSearchParams().toString());
  const [wanted, setWanted] = useState(address.get("q") ?? "");
  const [sort, setSort] = useState(sortOf(address));
  const lots = useQuery(lotsQuery);
  const quotes = useQuotes(found.positions.map((row) => row.symbol));
  useFollowQuotes(found.positions, quotes);
  const change = (text: string, order: Sort) => {
    setWanted(text);
    setSort(order);
    window.history.replaceState(null, "", `${window.location.pathname}${addressOf(text, order)}`);
  };
  const all = holdingsOf(found, lots.data?.lots);
  const shown = sorted(searched(all, wanted), sort, locale);
  const [totals, whole] = [totalsOf(shown, found.currency), totalsOf(all, found.currency)];
  return (
    <section className={ui.card} aria-labelledby="held">
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="held">{t("held")}</h2>
        <div className={ui.row}>
          <label htmlFor="search">{t("search")}</label>
          <Input id="search" type="search" allowClear value={wanted} style={{ inlineSize: "min(16rem, 80vw)" }} onChange={(event) => change(event.target.value, sort)} />
        </div>
      </div>
      <Words shown={totals} all={whole} found={found} />
      {lots.error !== null && <p className={`${ui.notice} ${ui.warning}`}>{t("noLots")}</p>}
      {shown.length === 0 ? (
        <p>{t("noneFound", { wanted })}</p>
      ) : (
        <HoldingsTable rows={shown} found={found} quotes={quotes} sort={sort} onSort={(next) => change(wanted, next)} totals={totals} whole={whole} />
      )}
      <p className={ui.faint}>{t("method", { currency: found.currency })}</p>
    </section>
  );
}

type WordsProps = { shown: Totals; all: Totals; found: Portfolio };

/** The totals in words: of the rows that are shown, of everything, and with the cash beside it. */
function Words({ shown, all, found }: WordsProps) {
  const t = useTranslations("portfolio");
  const own = useOwnTexts();
  const text = (money: Money | null) => (money === null ? t("unknown") : own.money(money));
  return (
    <div role="status" data-testid="totals">
      {shown.count < all.count && <p>{t("shownWords", { count: shown.count, all: all.count, value: text(shown.value), cost: text(shown.cost), gain: text(shown.gain) })}</p>}
      <p>{t("allWords", { count: all.count, value: text(all.value), cost: text(all.cost), gain: text(all.gain) })}</p>
      <p>{t("withCash", { cash: own.money(found.cash), total: text(found.value) })}</p>
    </div>
  );
}
