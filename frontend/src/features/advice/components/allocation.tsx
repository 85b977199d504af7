"use client";
// The advised mix: a ring, the same shares as a table and a file, and how old the prices are.
import { useLocale, useTranslations } from "next-intl";

import { Percent } from "@/components/amount";
import { ChartCard } from "@/components/chart-card";
import { Donut } from "@/components/donut";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { isStale, OTHER, slicesOf } from "@/features/advice/model";
import type { Advice, Mix } from "@/features/advice/queries";
import { formatDay } from "@/lib/dates";
import { formatPercent } from "@/lib/money";

export function Allocation({ advice, mix }: { advice: Advice; mix: Mix }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  const held = mix.targets.filter((target) => Number(target.weight) > 0);
  const slices = slicesOf(held).map((slice) => ({
    ...slice,
    label: slice.key === OTHER ? t("otherShares") : slice.key,
    text: formatPercent(locale, slice.share),
  }));
  const names = { name: t("asset"), symbol: t("symbol"), weight: t("share") };
  return (
    <ChartCard
      title={t("mix")}
      caption={t("mixMethod", { day: formatDay(locale, mix.as_of), source: mix.source, currency: mix.costs.basis.currency })}
      csv={{
        name: `advice-${mix.as_of}.csv`,
        header: [names.name, names.symbol, names.weight],
        rows: held.map((row) => [row.name, row.symbol, row.weight]),
      }}
      tools={<AsOf advice={advice} mix={mix} />}
      chart={<Donut slices={slices} caption={t("mixCaption")} middle={t("profileShort", { profile: advice.profile })} />}
      table={
        <TableView
          caption={t("mix")}
          rows={held}
          keyOf={(row) => row.symbol}
          columns={[
            { key: "name", title: names.name, cell: (row) => <bdi>{row.name}</bdi> },
            { key: "symbol", title: names.symbol, cell: (row) => <bdi>{row.symbol}</bdi> },
            { key: "weight", title: names.weight, cell: (row) => <Percent share={row.weight} digits={2} />, end: true },
          ]}
        />
      }
    />
  );
}

function AsOf({ advice, mix }: { advice: Advice; mix: Mix }) {
  const t = useTranslations("advice");
  const locale = useLocale();
  const stale = isStale(mix.as_of, advice.made_at);
  return (
    <p className={ui.row}>
      <span className={`${ui.tag} ${stale ? ui.tagWait : ui.tagDone}`}>
        {t(stale ? "asOfStale" : "asOfBadge", { day: formatDay(locale, mix.as_of) })}
      </span>
      {mix.simulated && <span className={ui.tag}>{t("simulated")}</span>}
    </p>
  );
}
