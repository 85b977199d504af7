"use client";
// What was gained in a range and how, and the value from evening to evening; the range stands in the address.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";

import { OwnAmount, Percent } from "@/components/amount";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { PeriodWords } from "@/features/portfolio/components/period-words";
import { ValueChart } from "@/features/portfolio/components/value-chart";
import { periodOf, reasonOf, shareOf, SHORT_RANGES, shortRangeOf } from "@/features/portfolio/performance-model";
import type { ShortRange } from "@/features/portfolio/performance-model";
import { performanceQuery } from "@/features/portfolio/queries";
import type { Performance } from "@/features/portfolio/queries";
import { Link, useRouter } from "@/lib/i18n/routing";

// The gain follows the prices, but it is a long sum: once a minute is enough, and its age is said.
const AGAIN_MS = 60_000;

export function Course() {
  const t = useTranslations("dashboard.course");
  const router = useRouter();
  const range = shortRangeOf(new URLSearchParams(useSearchParams().toString()));
  const query = useQuery({
    ...performanceQuery(periodOf(range, new Date()), null),
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MS,
  });
  return (
    <section className={ui.stack} aria-labelledby="gain-title">
      <div className={`${ui.row} ${ui.spread}`}>
        <h2 id="gain-title">{t("title")}</h2>
        <div className={ui.scrolls}>
          <Segmented<ShortRange>
            aria-label={t("range")}
            value={range}
            onChange={(next) => router.replace(`/app/dashboard?range=${next}`, { scroll: false })}
            options={SHORT_RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
          />
        </div>
      </div>
      <Ready query={query} rows={8}>
        {(found) =>
          found.points.length === 0 && found.flows.length === 0 ? (
            <p className={ui.card}>{t("empty")}</p>
          ) : (
            <div className={ui.stack} aria-busy={query.isPlaceholderData}>
              <Gain found={found} />
              <ValueChart found={found} />
            </div>
          )
        }
      </Ready>
    </section>
  );
}

function Gain({ found }: { found: Performance }) {
  const t = useTranslations("dashboard.course");
  const words = useTranslations("performance");
  const share = shareOf(found, "time_weighted");
  const why = { gain: reasonOf(found, "gain"), return: reasonOf(found, "time_weighted") };
  const tone = found.gain === null || found.gain.amount_minor === 0 ? "" : found.gain.amount_minor > 0 ? ui.positive : ui.negative;
  return (
    <div className={ui.card}>
      <dl className={ui.columns} style={{ margin: 0 }}>
        <div>
          <dt className={ui.label}>{t("gain")}</dt>
          <dd className={`${ui.figureSmall} ${tone}`} style={{ margin: 0 }} data-testid="gain">
            {found.gain === null ? words("unknown") : <OwnAmount money={found.gain} signed />}
          </dd>
          <dd className={ui.faint} style={{ margin: 0 }}>
            {why.gain === null ? t("gainMethod") : words(`reasons.${why.gain}`)}
          </dd>
        </div>
        <div>
          <dt className={ui.label}>{words("figures.time_weighted.name")}</dt>
          <dd className={ui.figureSmall} style={{ margin: 0 }} data-testid="return">
            {share === null ? words("none") : <Percent share={share} digits={2} />}
          </dd>
          <dd className={ui.faint} style={{ margin: 0 }}>
            {why.return === null ? words("figures.time_weighted.short") : words(`reasons.${why.return}`)}
          </dd>
        </div>
      </dl>
      <p className={ui.faint} data-testid="gain-period">
        <PeriodWords found={found} />{" "}
        <Link href="/app/performance" prefetch={false}>
          {t("all")}
        </Link>
      </p>
    </div>
  );
}
