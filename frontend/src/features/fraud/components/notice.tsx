"use client";
// Why a payment was stopped, in the customer's own values, and what she can do about it.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { noticeQuery } from "@/features/fraud/queries";

export function NoticeView({ decisionId }: { decisionId: string }) {
  const t = useTranslations("confirm.notice");
  const query = useQuery(noticeQuery(decisionId));
  return (
    <Ready query={query}>
      {(notice) => (
        <section className={ui.card} aria-labelledby="notice">
          <h2 id="notice">{t("title")}</h2>
          <ul className={ui.list}>
            {notice.reasons.map((reason) => (
              <li key={reason.code} style={{ paddingBlock: "0.6rem" }}>
                <p>
                  <bdi lang="en">{reason.sentence}</bdi>
                </p>
                <p className={ui.faint}>
                  <bdi lang="en">{reason.how_to_correct}</bdi>
                </p>
              </li>
            ))}
          </ul>
          <p className={ui.faint}>
            <bdi lang="en">{notice.human_review}</bdi>
          </p>
        </section>
      )}
    </Ready>
  );
}
