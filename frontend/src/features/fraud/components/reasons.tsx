"use client";
// Why the alert fired: the rules in words, what moved the score, and the payment beside this customer's usual ones.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { NormalView } from "@/features/fraud/components/normal";
import bars from "@/features/fraud/components/fraud.module.css";
import { barWidth, topReasons } from "@/features/fraud/model";
import { explanationQuery } from "@/features/fraud/queries";
import type { Explanation, FraudCase } from "@/features/fraud/queries";
import { formatPercent } from "@/lib/money";

const SHOWN = 6;

export function Reasons({ id, amount }: { id: string; amount: FraudCase["amount"] }) {
  const query = useQuery(explanationQuery(id));
  return (
    <Ready query={query}>
      {(found) => (
        <>
          <Why found={found} />
          <NormalView normal={found.normal} currency={amount.currency} />
        </>
      )}
    </Ready>
  );
}

function Why({ found }: { found: Explanation }) {
  const t = useTranslations("fraud.reasons");
  const locale = useLocale();
  const share = (value: number | null) => (value === null ? t("none") : formatPercent(locale, value));
  // The channel's score has no scale of its own: larger is stranger, and it is not a share.
  const strangeness = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const anomaly = found.anomaly === null ? t("none") : strangeness.format(found.anomaly);
  return (
    <section className={ui.card} aria-labelledby="why">
      <h2 id="why">{t("title")}</h2>
      <p className={ui.faint}>
        {t("who", { model: found.model_version ?? t("noModel"), rules: found.rules_version })}{" "}
        {t("scores", { probability: share(found.probability), anomaly })}
      </p>
      {found.degraded && <p className={`${ui.notice} ${ui.warning}`}>{t("degraded")}</p>}
      {found.fired.length > 0 && (
        <ul>
          {found.fired.map((reason) => (
            <li key={reason.code + reason.sentence}>
              <bdi lang="en">{reason.sentence}</bdi>
            </li>
          ))}
        </ul>
      )}
      {found.contributions.length === 0 ? <p>{t("noContributions")}</p> : <Contributions found={found} />}
    </section>
  );
}

function Contributions({ found }: { found: Explanation }) {
  const t = useTranslations("fraud.reasons");
  const locale = useLocale();
  const [all, setAll] = useState(false);
  const { top, rest, others } = topReasons(found.contributions, all ? found.contributions.length : SHOWN);
  const sizes = top.map((one) => one.contribution);
  const signed = new Intl.NumberFormat(locale, { signDisplay: "exceptZero", minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return (
    <>
      <h3>{t("moves")}</h3>
      <ul className={ui.list}>
        {top.map((one) => (
          <li key={one.feature} className={bars.reason}>
            <bdi lang="en">{one.sentence}</bdi>
            <span className={bars.bar} aria-hidden="true">
              <span className={one.contribution > 0 ? bars.up : bars.down} style={{ inlineSize: `${barWidth(one.contribution, sizes)}%` }} />
            </span>
            <bdi className="number">{signed.format(one.contribution)}</bdi>
          </li>
        ))}
      </ul>
      {(others > 0 || all) && (
        <p>
          {others > 0 && t("rest", { count: others, sum: signed.format(rest) })}{" "}
          <Button size="small" onClick={() => setAll(!all)} aria-expanded={all}>
            {t(all ? "fewer" : "all")}
          </Button>
        </p>
      )}
      {found.check !== null && (
        <p className={ui.faint} data-testid="sum-check">
          {t(found.check.holds ? "sumHolds" : "sumFails", {
            base: signed.format(found.check.base),
            total: signed.format(found.check.total - found.check.base),
            odds: signed.format(found.check.log_odds),
          })}
        </p>
      )}
    </>
  );
}
