"use client";
// What the plan may become, in words and in money; the middle never stands without the bad cases.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { ChanceWord } from "@/features/goals/components/chance";
import type { Projection } from "@/features/goals/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney } from "@/lib/money";
import { useReasonText } from "@/lib/use-reason-text";

export function Outcome({ found }: { found: Projection }) {
  const t = useTranslations("goals.outcome");
  const reason = useReasonText();
  const locale = useLocale();
  const { waiting } = found.assumptions;
  return (
    <section className={ui.card} aria-labelledby="chance">
      <h2 id="chance" className={ui.label}>
        {t("title", { day: formatDay(locale, found.due) })}
      </h2>
      <p className={ui.figureSmall} data-testid="chance">
        {t("chance", { count: found.frequency.count, of: found.frequency.of, target: formatMoney(locale, found.target) })}
      </p>
      <p>
        <ChanceWord found={found} />
      </p>
      {waiting !== null && <p className={`${ui.notice} ${ui.warning}`}>{reason(waiting)}</p>}
      <Cases found={found} />
      <Needed found={found} />
    </section>
  );
}

function Cases({ found }: { found: Projection }) {
  const t = useTranslations("goals.outcome");
  const locale = useLocale();
  const end = found.points.at(-1);
  const rows = [
    { key: "paidIn", money: found.paid_in },
    { key: "middle", money: end?.middle },
    { key: "low", money: end?.low },
    { key: "poor", money: found.poor },
    { key: "poorLoss", money: found.poor_loss },
    { key: "worstYear", money: found.worst_year },
  ];
  return (
    <dl className={ui.facts}>
      {rows.map(({ key, money }) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd className="number" data-testid={`goal-${key}`}>
            {money == null ? t("unknown") : formatMoney(locale, money)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Needed({ found }: { found: Projection }) {
  const t = useTranslations("goals.outcome");
  const locale = useLocale();
  const { wanted, reachable, monthly, frequency } = found.needed;
  const values = { monthly: formatMoney(locale, monthly), count: frequency.count, of: frequency.of, wanted: wanted.count, wantedOf: wanted.of };
  return (
    <p className={reachable ? ui.notice : `${ui.notice} ${ui.warning}`} data-testid="needed">
      {t(reachable ? "needed" : "unreachable", values)}
    </p>
  );
}
