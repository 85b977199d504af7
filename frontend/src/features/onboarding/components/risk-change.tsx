"use client";
// What would change the profile: the smallest change of her own making, found by the very rules that made it.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { CURRENCY } from "@/features/onboarding/model";
import { changeQuery } from "@/features/onboarding/queries";
import type { WhatWouldChange } from "@/features/onboarding/queries";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

export function RiskChange() {
  const found = useQuery(changeQuery);
  const t = useTranslations("risk.change");
  return (
    <section className={ui.card} aria-labelledby="change">
      <h2 id="change">{t("title")}</h2>
      <Ready query={found} rows={2}>
        {(answer) => <Answer found={answer} />}
      </Ready>
    </section>
  );
}

function Answer({ found }: { found: WhatWouldChange }) {
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
                  ? t(`fields.${change.field}`, { before: change.before, after: change.after, currency: CURRENCY })
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
