"use client";
// How it went: every return with its method, period, currency and age, and the cash flows behind it.
import { useQuery } from "@tanstack/react-query";
import { Segmented, Select } from "antd";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { HideSwitch } from "@/components/hide-switch";
import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { FeesCard } from "@/features/portfolio/components/fees-card";
import { Figures } from "@/features/portfolio/components/performance-figures";
import { PerformanceChart } from "@/features/portfolio/components/performance-chart";
import { addressOf, chosenOf, periodOf, RANGES } from "@/features/portfolio/performance-model";
import type { Chosen, Range } from "@/features/portfolio/performance-model";
import { instrumentsQuery, performanceQuery } from "@/features/portfolio/queries";
import { Link, useRouter } from "@/lib/i18n/routing";

const MIX = "";

export function Performance() {
  const t = useTranslations("performance");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <HideSwitch />
      <Suspense fallback={<Loading rows={12} />}>
        <Report />
      </Suspense>
    </div>
  );
}

function Report() {
  const t = useTranslations("performance");
  const router = useRouter();
  const chosen = chosenOf(new URLSearchParams(useSearchParams().toString()));
  const period = periodOf(chosen.range, new Date());
  const query = useQuery(performanceQuery(period, chosen.benchmark));
  const change = (part: Partial<Chosen>) => router.replace(addressOf({ ...chosen, ...part }), { scroll: false });
  return (
    <>
      <Choice chosen={chosen} onChange={change} />
      <Ready query={query} rows={12}>
        {(found) =>
          found.points.length === 0 && found.flows.length === 0 ? (
            <Empty text={t("empty")} action={<Link href="/app/transfers">{t("deposit")}</Link>} />
          ) : (
            <>
              {found.missing_prices.length > 0 && <p className={`${ui.notice} ${ui.warning}`}>{t("missing", { symbols: found.missing_prices.join(", ") })}</p>}
              {found.missing_rates.length > 0 && <p className={`${ui.notice} ${ui.warning}`}>{t("noRate", { currencies: found.missing_rates.join(", ") })}</p>}
              <Figures found={found} />
              <PerformanceChart found={found} />
              <FeesCard period={period} />
            </>
          )
        }
      </Ready>
    </>
  );
}

type ChoiceProps = { chosen: Chosen; onChange: (part: Partial<Chosen>) => void };

function Choice({ chosen, onChange }: ChoiceProps) {
  const t = useTranslations("performance");
  const listed = useQuery(instrumentsQuery).data ?? [];
  const options = [{ value: MIX, label: t("mix") }, ...listed.map((one) => ({ value: one.symbol, label: `${one.symbol} · ${one.name}` }))];
  const known = chosen.benchmark === null || options.some((one) => one.value === chosen.benchmark);
  if (!known) options.push({ value: chosen.benchmark ?? MIX, label: chosen.benchmark ?? MIX });
  return (
    <div className={`${ui.row} ${ui.spread}`}>
      <div className={ui.scrolls}>
        <Segmented<Range>
          aria-label={t("range")}
          value={chosen.range}
          onChange={(range) => onChange({ range })}
          options={RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
        />
      </div>
      <div className={ui.row}>
        <label htmlFor="benchmark">{t("benchmark")}</label>
        <Select
          id="benchmark"
          virtual={false}
          value={chosen.benchmark ?? MIX}
          style={{ inlineSize: "min(16rem, 80vw)" }}
          options={options}
          onChange={(value) => onChange({ benchmark: value === MIX ? null : value })}
        />
      </div>
    </div>
  );
}
