"use client";
// The smallest changes that would let the payment pass, each tried on the real check.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { wouldPassQuery } from "@/features/fraud/queries";
import type { Change } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { formatMoney, formatPercent } from "@/lib/money";

export function WouldPassView({ id }: { id: string }) {
  const t = useTranslations("fraud.wouldPass");
  const outcomes = useTranslations("fraud.outcomes");
  const locale = useLocale();
  const query = useQuery(wouldPassQuery(id));
  return (
    <Ready query={query}>
      {(found) => (
        <section className={ui.card} aria-labelledby="would-pass">
          <h2 id="would-pass">{t("title")}</h2>
          {found.changes.length === 0 ? (
            <p>{t("nothing")}</p>
          ) : (
            <ul>
              {found.changes.map((change) => (
                <li key={change.kind + change.sentence}>
                  <ChangeText change={change} />
                </li>
              ))}
            </ul>
          )}
          <p className={ui.faint}>
            {t("method", { tries: found.tries, at: formatDateTime(locale, found.checked_at), outcome: outcomes(found.outcome_now) })}
          </p>
        </section>
      )}
    </Ready>
  );
}

function ChangeText({ change }: { change: Change }) {
  const t = useTranslations("fraud.wouldPass");
  const locale = useLocale();
  const after = change.probability_after;
  return (
    <>
      {change.kind === "fresh_code" && t("freshCode")}
      {change.kind === "amount" && change.amount !== null && t("amount", { amount: formatMoney(locale, change.amount) })}
      {change.kind === "known_payee" && t("knownPayee", { payee: change.payee_id ?? "–" })}
      {change.kind === "wait" && change.wait_until !== null && t("wait", { at: formatDateTime(locale, change.wait_until) })}
      {change.needs_code && change.kind !== "fresh_code" && ` ${t("withCode")}`}
      {after !== null && <span className={ui.faint}> {t("after", { share: formatPercent(locale, after) })}</span>}
    </>
  );
}
