"use client";
// The daily closes of the last year of one instrument: line, table, file.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ChartCard } from "@/components/chart-card";
import { LineChart } from "@/components/line-chart";
import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { CLOSE_RANGES, closesOf } from "@/features/portfolio/model";
import type { CloseRange } from "@/features/portfolio/model";
import { pricesQuery } from "@/features/portfolio/queries";
import type { Instrument, Prices } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

export function PriceChart({ found }: { found: Instrument }) {
  const query = useQuery(pricesQuery(found.symbol));
  return (
    <Ready query={query} rows={9}>
      {(prices) => <Course prices={prices} simulated={found.simulated} />}
    </Ready>
  );
}

function Course({ prices, simulated }: { prices: Prices; simulated: boolean }) {
  const t = useTranslations("instrument");
  const table = useTranslations("common");
  const locale = useLocale();
  const [range, setRange] = useState<CloseRange>("year");
  const closes = closesOf(prices.closes, range);
  const [first, last] = [closes[0], closes.at(-1)];
  if (first === undefined || last === undefined || closes.length < 2) {
    return (
      <section className={ui.card} aria-labelledby="course">
        <h2 id="course">{t("course")}</h2>
        <p>{t("tooFew")}</p>
      </section>
    );
  }
  const money = (price: string) => formatMoney(locale, { amount: price, currency: prices.currency });
  const day = (at: number) => formatDay(locale, closes[at]?.day ?? last.day);
  const said = (at: number) => t("said", { day: day(at), price: money(closes[at]?.price ?? last.price) });
  const values = { first: formatDay(locale, first.day), last: formatDay(locale, last.day), currency: prices.currency, source: prices.source };
  return (
    <ChartCard
      title={t("course")}
      caption={`${t("courseCaption", values)} ${simulated ? t("simulated") : ""}`}
      csv={{ name: `${prices.symbol}-${last.day}.csv`, header: ["day", "close", "currency"], rows: closes.map((one) => [one.day, one.price, prices.currency]) }}
      tools={
        <div className={ui.scrolls}>
          <Segmented<CloseRange> aria-label={t("range")} value={range} onChange={setRange} options={CLOSE_RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))} />
        </div>
      }
      chart={
        <LineChart
          key={range}
          lines={[{ key: "close", label: prices.symbol, values: closes.map((one) => Number(one.price)) }]}
          count={closes.length}
          label={t("chartLabel", { symbol: prices.symbol })}
          said={said}
          dayText={day}
          tickText={(price) => money(String(price))}
        />
      }
      table={
        <TableView<Prices["closes"][number]>
          caption={table("tableOf", { title: t("course") })}
          rows={[...closes].reverse()}
          keyOf={(one) => one.day}
          tall
          columns={[
            { key: "day", title: t("day"), cell: (one) => formatDay(locale, one.day) },
            { key: "price", title: t("close"), cell: (one) => <span className="number">{money(one.price)}</span>, end: true },
          ]}
        />
      }
    />
  );
}
