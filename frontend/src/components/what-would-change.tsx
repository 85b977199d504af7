"use client";
// What would change a profile and the advice from it: the smallest change of her own making, by the rules that made it.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

type Found = components["schemas"]["WhatWouldChangeOut"];

const changeQuery = queryOptions({
  queryKey: ["onboarding", "what-would-change"],
  queryFn: ({ signal }) => unwrap(api.GET("/v1/risk-profile/what-would-change", { signal })),
  staleTime: 0,
});

export function WhatWouldChange({ currency, lead }: { currency: string; lead?: string }) {
  const found = useQuery(changeQuery);
  const t = useTranslations("risk.change");
  return (
    <section className={ui.card} aria-labelledby="change">
      <h2 id="change">{t("title")}</h2>
      {lead !== undefined && <p className={ui.faint}>{lead}</p>}
      <Ready query={found} rows={2}>
        {(answer) => <Answer found={answer} currency={currency} />}
      </Ready>
    </section>
  );
}

function Answer({ found, currency }: { found: Found; currency: string }) {
  const t = useTranslations("risk.change");
  const reasonText = useReasonText();
  return (
    <>
      {found.first.length > 0 && (
        <>
          <p>{t("first")}</p>
          <ul>
            {found.first.map((reason) => (
              <li key={reason.code}>{reasonText(reason)}</li>
            ))}
          </ul>
        </>
      )}
      {found.changed_profile === null ? (
        <p>{t("nothing")}</p>
      ) : (
        <>
          <p>{t("leads", { from: found.profile, to: found.changed_profile })}</p>
          <ul>
            {found.changes.map((change) => (
              <li key={change.field}>
                {t.has(`fields.${change.field}`)
                  ? t(`fields.${change.field}`, { before: change.before, after: change.after, currency })
                  : change.sentence}
              </li>
            ))}
          </ul>
          <div>
            <Link href="/app/profile">
              <Button>{t("facts")}</Button>
            </Link>
          </div>
        </>
      )}
    </>
  );
}
