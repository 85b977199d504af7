"use client";
// One figure opened: how it is computed, of which period, and the cash flows it rests on.
import { Modal } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { OwnAmount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { PeriodWords } from "@/features/portfolio/components/period-words";
import { RateWords } from "@/features/portfolio/components/rate-words";
import type { Figure } from "@/features/portfolio/performance-model";
import type { Performance } from "@/features/portfolio/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

type Flow = Performance["flows"][number];
type Props = { figure: Figure; shown: string; found: Performance; onClose: () => void };

export function FigureDialog({ figure, shown, found, onClose }: Props) {
  const t = useTranslations("performance");
  return (
    <Modal open title={t("dialogTitle", { name: t(`figures.${figure}.name`), value: shown })} footer={null} onCancel={onClose} destroyOnHidden width="44rem">
      <div className={ui.stack}>
        <p>{t(`figures.${figure}.method`)}</p>
        <Equation found={found} />
        <Flows flows={found.flows} />
        <p className={ui.faint}>
          <PeriodWords found={found} />
        </p>
        <Link href="/app/transactions">{t("toLedger")}</Link>
      </div>
    </Modal>
  );
}

/** Whether something in the report is of another currency than the report. */
const converts = (found: Performance) => found.rates_hash !== null;

/** Start, flows, gain and end, as the API adds them up. */
function Equation({ found }: { found: Performance }) {
  const t = useTranslations("performance");
  const lines = [
    { name: "startValue", money: found.start_value },
    { name: "gainLine", money: found.gain },
    ...(converts(found) && found.gains !== null
      ? [
          { name: "capitalLine", money: found.gains.capital },
          { name: "dividendLine", money: found.gains.dividend },
          { name: "currencyLine", money: found.gains.currency },
        ]
      : []),
    { name: "feesLine", money: found.fees },
    { name: "endValue", money: found.end_value },
  ];
  return (
    <dl className={ui.facts}>
      {lines.map(({ name, money }) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd>{money === null ? t("unknown") : <OwnAmount money={money} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What came in or went out; of another currency with what was booked and the rate of its day. */
function FlowAmount({ flow }: { flow: Flow }) {
  const t = useTranslations("performance");
  return (
    <>
      {flow.amount === null ? t("unknown") : <OwnAmount money={flow.amount} signed />}
      {flow.rate === null || flow.rate.base !== flow.rate.quote ? (
        <div className={ui.faint}>
          <OwnAmount money={flow.local} signed /> <RateWords rate={flow.rate} />
        </div>
      ) : null}
    </>
  );
}

function Flows({ flows }: { flows: readonly Flow[] }) {
  const t = useTranslations("performance");
  const kinds = useTranslations("transactions.movements");
  const locale = useLocale();
  if (flows.length === 0) return <p>{t("noFlows")}</p>;
  return (
    <>
      <h3>{t("flows")}</h3>
      <TableView<Flow>
        caption={t("flows")}
        rows={flows}
        keyOf={(flow) => flow.movement_id + flow.at}
        columns={[
          { key: "at", title: t("at"), cell: (flow) => formatDateTime(locale, flow.at) },
          { key: "what", title: t("what"), cell: (flow) => (kinds.has(flow.kind) ? kinds(flow.kind) : flow.kind) },
          { key: "amount", title: t("amount"), cell: (flow) => <FlowAmount flow={flow} />, end: true },
        ]}
      />
    </>
  );
}
