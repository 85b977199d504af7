"use client";
// The first screen after log-in: what it is all worth, how it went, how it is spread, and the one thing to do next.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { Suspense } from "react";
import type { ReactNode } from "react";

import { OwnAmount, Percent } from "@/components/amount";
import { Heading } from "@/components/heading";
import { HideSwitch } from "@/components/hide-switch";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Alerts } from "@/features/portfolio/components/alerts";
import { Allocation } from "@/features/portfolio/components/allocation";
import { Course } from "@/features/portfolio/components/course";
import { Holdings } from "@/features/portfolio/components/holdings";
import { PriceState } from "@/features/portfolio/components/price-state";
import { marketDays, NEXT_PATHS } from "@/features/portfolio/model";
import { portfolioQuery } from "@/features/portfolio/queries";
import type { Portfolio } from "@/features/portfolio/queries";
import { useFollowQuotes, useQuotes } from "@/features/portfolio/use-quotes";
import { formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

/** Goals are another feature's: the page hands them in. */
export function Dashboard({ goals }: { goals: ReactNode }) {
  const t = useTranslations("dashboard");
  const query = useQuery(portfolioQuery);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} />
      <Ready query={query} rows={10}>
        {(found) => <Found found={found} goals={goals} />}
      </Ready>
    </div>
  );
}

function Found({ found, goals }: { found: Portfolio; goals: ReactNode }) {
  const quotes = useQuotes(found.positions.map((row) => row.symbol));
  useFollowQuotes(found.positions, quotes);
  const isHolding = found.positions.length > 0;
  return (
    <>
      <div className={`${ui.row} ${ui.spread}`}>
        {isHolding ? <PriceState /> : <span />}
        <HideSwitch />
      </div>
      <Alerts alerts={found.alerts} />
      <div className={ui.main}>
        <Value found={found} />
        <NextStep found={found} />
      </div>
      <Suspense fallback={<Loading rows={8} />}>
        <Course />
      </Suspense>
      {isHolding && found.allocation.length > 0 && <Allocation found={found} />}
      {goals}
      {isHolding && <Holdings found={found} quotes={quotes} />}
    </>
  );
}

function Value({ found }: { found: Portfolio }) {
  const t = useTranslations("dashboard");
  const risks = [
    { name: "promised", share: found.promised_volatility },
    { name: "predicted", share: found.predicted_volatility },
  ];
  return (
    <section className={ui.card} aria-labelledby="value">
      <h2 id="value" className={ui.label}>
        {t("value")}
      </h2>
      <p className={ui.figure} data-testid="portfolio-value">
        {found.value === null ? t("unknown") : <OwnAmount money={found.value} />}
      </p>
      <p className={ui.faint} data-testid="market-day">
        <MarketDay found={found} />
      </p>
      {found.value === null && <p className={ui.faint}>{t("unknownWhy")}</p>}
      <dl className={ui.facts}>
        <div>
          <dt>{t("cash")}</dt>
          <dd>
            <OwnAmount money={found.cash} />
          </dd>
        </div>
        {found.reserved.amount_minor !== 0 && (
          <div>
            <dt>{t("reserved")}</dt>
            <dd>
              <OwnAmount money={found.reserved} />
            </dd>
          </div>
        )}
        {risks.map(
          ({ name, share }) =>
            share !== null && (
              <div key={name}>
                <dt>{t(name)}</dt>
                <dd>
                  <Percent share={share} />
                </dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}

/** Whose prices these are: the market's own day, which in a replay is not the day of the reader's clock. */
function MarketDay({ found }: { found: Portfolio }) {
  const t = useTranslations("dashboard");
  const locale = useLocale();
  const span = marketDays(found.positions);
  if (span === null) return found.simulated ? t("simulated") : null;
  const kind = found.simulated ? "Simulated" : "";
  const [from, to] = [formatDay(locale, span.from), formatDay(locale, span.to)];
  return from === to ? t(`pricesOf${kind}`, { day: to }) : t(`pricesBetween${kind}`, { from, to });
}

function NextStep({ found }: { found: Portfolio }) {
  const t = useTranslations("dashboard.next");
  const path = NEXT_PATHS[found.next_action];
  return (
    <section className={ui.card} aria-labelledby="next">
      <h2 id="next">{t(`${found.next_action}.title`)}</h2>
      <p data-testid="next">{t(`${found.next_action}.text`)}</p>
      {path !== null && (
        <div>
          <Link href={path}>
            <Button type="primary" size="large">
              {t(`${found.next_action}.button`)}
            </Button>
          </Link>
        </div>
      )}
    </section>
  );
}
