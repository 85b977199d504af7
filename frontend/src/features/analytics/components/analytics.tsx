"use client";
// Figures for staff over the last days: people, money, fraud; each role sees what is its work.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { Heading } from "@/components/heading";
import { Empty, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { CohortsCard } from "@/features/analytics/components/cohorts";
import { FlowsCard } from "@/features/analytics/components/flows";
import { FraudCard } from "@/features/analytics/components/fraud";
import { rangeOf, sightsOf, SPANS } from "@/features/analytics/model";
import type { Range, Span } from "@/features/analytics/model";
import { cohortsQuery, flowsQuery, fraudQuery } from "@/features/analytics/queries";
import { meQuery } from "@/lib/me";

export function Analytics() {
  const t = useTranslations("analytics");
  const [span, setSpan] = useState<Span>(30);
  const [now] = useState(() => Date.now());
  const me = useQuery(meQuery);
  const range = rangeOf(span, now);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.row}>
        <Segmented<Span> aria-label={t("span")} value={span} onChange={setSpan} options={SPANS.map((days) => ({ value: days, label: t("days", { days }) }))} />
      </div>
      <Ready query={me} rows={10}>
        {({ roles }) => {
          const sees = sightsOf(roles);
          if (!sees.fraud) return <Empty text={t("notYours")} />;
          return (
            <div className={ui.stack}>
              {sees.people && <People range={range} />}
              <Fraud range={range} />
            </div>
          );
        }}
      </Ready>
    </div>
  );
}

function People({ range }: { range: Range }) {
  const cohorts = useQuery(cohortsQuery(range));
  const flows = useQuery(flowsQuery(range));
  return (
    <>
      <Ready query={cohorts} rows={8}>
        {(report) => <CohortsCard report={report} />}
      </Ready>
      <Ready query={flows} rows={8}>
        {(report) => <FlowsCard report={report} />}
      </Ready>
    </>
  );
}

function Fraud({ range }: { range: Range }) {
  const fraud = useQuery(fraudQuery(range));
  return (
    <Ready query={fraud} rows={8}>
      {(report) => <FraudCard report={report} />}
    </Ready>
  );
}
