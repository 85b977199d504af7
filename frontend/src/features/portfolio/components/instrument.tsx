"use client";
// One instrument: what it is, what it costs to hold, its price then and now, and what she has of it.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Empty, Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { LivePrice } from "@/features/portfolio/components/live-price";
import { OwnPart } from "@/features/portfolio/components/own-part";
import { PriceChart } from "@/features/portfolio/components/price-chart";
import { instrumentsQuery } from "@/features/portfolio/queries";
import type { Instrument as Found } from "@/features/portfolio/queries";
import { useQuotes } from "@/features/portfolio/use-quotes";
import { Link } from "@/lib/i18n/routing";
import { formatPercent, formatQuantity } from "@/lib/money";

export function Instrument() {
  return (
    <div className={ui.page}>
      <Suspense fallback={<Loading rows={12} />}>
        <Chosen />
      </Suspense>
    </div>
  );
}

function Chosen() {
  const t = useTranslations("instrument");
  const id = useSearchParams().get("id") ?? "";
  const query = useQuery(instrumentsQuery);
  const found = query.data?.find((one) => one.symbol === id);
  return (
    <>
      <Heading title={found?.name ?? (id || t("title"))} lead={t("lead")} />
      {query.isPending && <Loading rows={12} />}
      {query.data === undefined && !query.isPending && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && found === undefined && (
        <Empty text={t("notListed", { symbol: id })} action={<Link href="/app/portfolio">{t("toHoldings")}</Link>} />
      )}
      {found !== undefined && <What found={found} />}
      {found !== undefined && <PriceChart key={found.symbol} found={found} />}
      {id !== "" && <OwnPart symbol={id} />}
    </>
  );
}

function What({ found }: { found: Found }) {
  const t = useTranslations("instrument");
  const locale = useLocale();
  const quote = useQuotes([found.symbol])?.get(found.symbol);
  const kind = t.has(`classes.${found.asset_class}`) ? t(`classes.${found.asset_class}`) : found.asset_class.replaceAll("_", " ");
  const cost = formatPercent(locale, found.annual_cost_bps / 10_000, 2);
  const lines = [
    { name: "symbol", text: <bdi>{found.symbol}</bdi> },
    { name: "kind", text: kind },
    { name: "currency", text: found.currency },
    { name: "market", text: found.mic },
    { name: "step", text: formatQuantity(locale, found.step) },
    { name: "cost", text: t("costText", { share: cost }) },
    { name: "price", text: <LivePrice quote={quote} currency={found.currency} simulated={found.simulated} /> },
  ];
  return (
    <section className={ui.card} aria-labelledby="what">
      <h2 id="what">{t("what")}</h2>
      <dl className={ui.facts}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className={ui.faint}>
        {t("costWhere")} {found.simulated && t("simulated")}
      </p>
    </section>
  );
}
