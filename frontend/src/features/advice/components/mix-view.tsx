"use client";
// One advised mix in figures: shares, promised risk, cost in money, worst year, signed reasons.
import { useLocale, useTranslations } from "next-intl";

import { Amount, Percent } from "@/components/amount";
import { Donut } from "@/components/donut";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { Contributions } from "@/features/advice/components/contributions";
import type { Mix } from "@/features/advice/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney, formatPercent } from "@/lib/money";

const MAX_SLICES = 6;

export function MixView({ mix, profile }: { mix: Mix; profile: number }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  const held = mix.targets.filter((target) => Number(target.weight) > 0);
  const slices = held.map((target) => ({
    key: target.symbol,
    label: target.symbol,
    share: Number(target.weight),
    text: formatPercent(locale, target.weight),
  }));
  return (
    <>
      <div className={ui.main}>
        <section className={ui.card} aria-labelledby="mix">
          <h2 id="mix">{t("mix")}</h2>
          {held.length <= MAX_SLICES && <Donut slices={slices} caption={t("mixCaption")} middle={t("profileShort", { profile })} />}
          <TableView
            caption={t("mix")}
            rows={held}
            keyOf={(row) => row.symbol}
            columns={[
              { key: "name", title: t("asset"), cell: (row) => <bdi>{row.name}</bdi> },
              { key: "symbol", title: t("symbol"), cell: (row) => row.symbol },
              { key: "weight", title: t("share"), cell: (row) => <Percent share={row.weight} />, end: true },
            ]}
          />
          <p className={ui.faint}>
            {t("asOf", { day: formatDay(locale, mix.as_of), source: mix.source })} {mix.simulated && t("simulated")}
          </p>
        </section>
        <Figures mix={mix} />
      </div>
      <Contributions effects={mix.risk.contributions} />
    </>
  );
}

function Figures({ mix }: { mix: Mix }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  const limit = formatPercent(locale, mix.equity_limit, 0);
  const lines = [
    { name: "predicted", text: <Percent share={mix.predicted_volatility} /> },
    { name: "equity", text: t("ofLimit", { share: formatPercent(locale, mix.equity_share, 0), limit }) },
    { name: "worstYear", text: mix.worst_year_loss === null ? t("worstUnknown") : <Amount money={mix.worst_year_loss} /> },
    { name: "costOnce", text: <Amount money={mix.costs.one_off} /> },
    { name: "costYear", text: <Amount money={mix.costs.yearly} /> },
  ];
  return (
    <section className={ui.card} aria-labelledby="promise">
      <h2 id="promise">{t("promise")}</h2>
      <p className={ui.figureSmall}>
        <Percent share={mix.promised_volatility} />
      </p>
      <p className={ui.faint}>{t("promiseText")}</p>
      <dl className={ui.facts}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className={ui.faint}>
        {t(mix.costs.basis_is_example ? "basisExample" : "basis", { amount: formatMoney(locale, mix.costs.basis) })}
      </p>
    </section>
  );
}
