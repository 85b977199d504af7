"use client";
// The first screen after log-in: what it is all worth, how it is spread, and the one thing to do next.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { Amount, Percent } from "@/components/amount";
import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Allocation } from "@/features/portfolio/components/allocation";
import { Holdings } from "@/features/portfolio/components/holdings";
import { driftWord, marketDays, NEXT_PATHS } from "@/features/portfolio/model";
import { portfolioQuery } from "@/features/portfolio/queries";
import type { Portfolio } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function Dashboard() {
  const t = useTranslations("dashboard");
  const query = useQuery(portfolioQuery);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} />
      <Ready query={query} rows={10}>
        {(found) => (
          <>
            <div className={ui.main}>
              <Value found={found} />
              <NextStep found={found} />
            </div>
            {found.positions.length > 0 && (
              <>
                <Allocation found={found} />
                <Holdings found={found} />
              </>
            )}
          </>
        )}
      </Ready>
    </div>
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
        {found.value === null ? t("unknown") : <Amount money={found.value} />}
      </p>
      <p className={ui.faint} data-testid="market-day">
        <MarketDay found={found} />
      </p>
      {found.value === null && <p className={ui.faint}>{t("unknownWhy")}</p>}
      <dl className={ui.facts}>
        <div>
          <dt>{t("cash")}</dt>
          <dd>
            <Amount money={found.cash} />
          </dd>
        </div>
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
  const drift = useTranslations("dashboard.drift");
  const path = NEXT_PATHS[found.next_action];
  return (
    <section className={ui.card} aria-labelledby="next">
      <h2 id="next">{t(`${found.next_action}.title`)}</h2>
      <p>{t(`${found.next_action}.text`)}</p>
      {path !== null && (
        <div>
          <Link href={path}>
            <Button type="primary" size="large">
              {t(`${found.next_action}.button`)}
            </Button>
          </Link>
        </div>
      )}
      {found.drift !== null && (
        <p className={ui.faint}>
          {drift(driftWord(found.drift))} <Percent share={found.drift} />
        </p>
      )}
    </section>
  );
}
