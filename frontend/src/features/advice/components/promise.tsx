"use client";
// The promise with the bad cases beside it, and what it costs: once, each year, over the horizon.
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Amount, Percent } from "@/components/amount";
import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { outlookQuery } from "@/features/advice/queries";
import type { Mix, Outlook } from "@/features/advice/queries";
import { formatMoney, formatPercent } from "@/lib/money";

// "Two thirds to one and a half times".
const LOW = 2 / 3;
const HIGH = 3 / 2;

export function Promised({ id, mix }: { id: string; mix: Mix }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  const outlook = useQuery(outlookQuery(id));
  const limit = formatPercent(locale, mix.equity_limit, 0);
  const band = { low: formatPercent(locale, mix.promised_volatility * LOW), high: formatPercent(locale, mix.promised_volatility * HIGH) };
  return (
    <section className={ui.card} aria-labelledby="promise">
      <h2 id="promise">{t("promise")}</h2>
      <p className={ui.figureSmall} data-testid="promised">
        <Percent share={mix.promised_volatility} />
      </p>
      <p>{t("promiseText", { promised: formatPercent(locale, mix.promised_volatility), ...band })}</p>
      <Facts
        lines={[
          { name: "predicted", text: <Percent share={mix.predicted_volatility} /> },
          { name: "equity", text: t("ofLimit", { share: formatPercent(locale, mix.equity_share, 0), limit }) },
          { name: "worstYear", text: mix.worst_year_loss === null ? t("worstUnknown") : <Amount money={mix.worst_year_loss} /> },
          { name: "worstCase", text: <Later query={outlook} show={(found) => found.future && <Amount money={found.future.worst_loss} />} /> },
          { name: "poorCase", text: <Later query={outlook} show={(found) => found.future && <Amount money={found.future.poor_loss} />} /> },
        ]}
      />
      <h3>{t("costs")}</h3>
      <Facts
        lines={[
          { name: "costOnce", text: <Amount money={mix.costs.one_off} /> },
          { name: "costYear", text: t("costWithRate", { amount: formatMoney(locale, mix.costs.yearly), rate: formatPercent(locale, mix.costs.yearly_bps / 10_000, 2) }) },
          { name: "costHorizon", text: <Later query={outlook} show={(found) => <Horizon found={found} />} /> },
        ]}
      />
      {outlook.error !== null && <ErrorState error={outlook.error} onRetry={() => void outlook.refetch()} />}
      <p className={ui.faint}>
        {t(mix.costs.basis_is_example ? "basisExample" : "basis", { amount: formatMoney(locale, mix.costs.basis) })} {t("worstNote")}
      </p>
    </section>
  );
}

function Facts({ lines }: { lines: readonly { name: string; text: ReactNode }[] }) {
  const t = useTranslations("advice");
  return (
    <dl className={ui.facts}>
      {lines.map(({ name, text }) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd data-testid={`advice-${name}`}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Horizon({ found }: { found: Outlook }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  if (found.cost_over_horizon === null) return "–";
  return t("costOverYears", { amount: formatMoney(locale, found.cost_over_horizon), years: found.horizon_years });
}

type LaterProps = { query: { data: Outlook | undefined; isPending: boolean }; show: (found: Outlook) => ReactNode };

/** A figure that is computed a moment later keeps its place. */
function Later({ query, show }: LaterProps) {
  if (query.data !== undefined) return show(query.data) ?? "–";
  return query.isPending ? <Skeleton.Input active size="small" /> : "–";
}
