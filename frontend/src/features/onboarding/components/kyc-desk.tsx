"use client";
// The reviewer's desk: cases that wait, the oldest first, and one case at a time to decide.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Heading } from "@/components/heading";
import { Empty, Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { KycCaseView } from "@/features/onboarding/components/kyc-case";
import { SecondPersonTag } from "@/features/onboarding/components/second-person";
import { reviewsQuery } from "@/features/onboarding/queries";
import { formatDateTime } from "@/lib/dates";

export function KycDesk() {
  const t = useTranslations("kycDesk");
  const kyc = useTranslations("kyc.states");
  const locale = useLocale();
  const queue = useQuery(reviewsQuery);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      {open !== null ? (
        <KycCaseView key={open} caseId={open} onClose={() => setOpen(null)} />
      ) : (
        <Ready query={queue}>
          {(cases) =>
            cases.length === 0 ? (
              <Empty text={t("empty")} action={<Button onClick={() => void queue.refetch()}>{t("refresh")}</Button>} />
            ) : (
              <div className={ui.card}>
                <TableView
                  caption={t("title")}
                  rows={cases}
                  keyOf={(row) => row.case_id}
                  columns={[
                    { key: "id", title: t("case"), cell: (row) => <span dir="ltr">{row.case_id}</span> },
                    { key: "state", title: t("state"), cell: (row) => kyc(`${row.state}.title`) },
                    { key: "second", title: t("secondPerson"), cell: (row) => <SecondPersonTag row={row} /> },
                    { key: "at", title: t("submitted"), cell: (row) => (row.submitted_at === null ? "–" : formatDateTime(locale, row.submitted_at)) },
                    {
                      key: "open",
                      title: t("action"),
                      cell: (row) => (
                        <Button onClick={() => setOpen(row.case_id)} aria-label={t("openCase", { id: row.case_id })}>
                          {t("open")}
                        </Button>
                      ),
                    },
                  ]}
                />
              </div>
            )
          }
        </Ready>
      )}
    </div>
  );
}
