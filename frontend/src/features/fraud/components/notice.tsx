"use client";
// Why a payment was stopped, in the customer's language and own values, what she can do, and the way to a person.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { ReviewRequest } from "@/features/fraud/components/review-request";
import { shownValues } from "@/features/fraud/model";
import { noticeQuery } from "@/features/fraud/queries";
import type { Notice } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { formatMoney } from "@/lib/money";

export function NoticeView({ decisionId, alone = false }: { decisionId: string; alone?: boolean }) {
  const t = useTranslations("confirm.notice");
  const locale = useLocale();
  const query = useQuery(noticeQuery(decisionId));
  return (
    <Ready query={query}>
      {(notice) => (
        <>
          <section className={ui.card} aria-labelledby="notice">
            <h2 id="notice">{t("title")}</h2>
            {alone && <p>{t("about", { amount: formatMoney(locale, notice.amount), at: formatDateTime(locale, notice.at) })}</p>}
            <ul className={ui.list}>
              {notice.reasons.map((reason) => (
                <li key={reason.code} style={{ paddingBlock: "0.6rem" }}>
                  <Reason reason={reason} />
                </li>
              ))}
            </ul>
            <p className={ui.faint}>{t(`human.${notice.outcome}`)}</p>
          </section>
          <ReviewRequest notice={notice} />
        </>
      )}
    </Ready>
  );
}

/** By code in the reader's language; one that this page does not know yet in the API's own words. */
function Reason({ reason }: { reason: Notice["reasons"][number] }) {
  const t = useTranslations("paymentReasons");
  const locale = useLocale();
  const known = t.has(`${reason.code}.why`);
  return (
    <>
      <p>{known ? t(`${reason.code}.why`, shownValues(locale, reason.values)) : <bdi lang="en">{reason.sentence}</bdi>}</p>
      <p className={ui.faint}>{known ? t(`${reason.code}.how`) : <bdi lang="en">{reason.how_to_correct}</bdi>}</p>
    </>
  );
}
