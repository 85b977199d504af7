"use client";
// A plan in its stage: preview to be placed, nothing to do, over, held as a normal thing, or executed.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";

import { Amount, Percent } from "@/components/amount";
import { ErrorState } from "@/components/error-state";
import { OrderLines } from "@/components/order-lines";
import { placeOrders, useOrdersPlaced } from "@/components/place-orders";
import type { Plan } from "@/components/place-orders";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { Sales } from "@/features/rebalance/components/sales";
import { cashWord, countsOf, inOrder, millisecondsUntil, stageOf } from "@/features/rebalance/model";
import { useKeepPlan } from "@/features/rebalance/queries";
import type { Run } from "@/features/rebalance/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";
import { formatMoney } from "@/lib/money";
import { useReasonText } from "@/lib/use-reason-text";

type Props = { plan: Plan; run: Run | undefined; again: ReactNode };

export function PlanView({ plan, run, again }: Props) {
  const t = useTranslations("rebalance.stages");
  const stage = stageOf(plan, useExpired(plan.expires_at));
  const sorted = { ...plan, orders: inOrder(plan.orders) };
  return (
    <section className={ui.card} aria-labelledby="plan">
      <div role="status" className={ui.stack}>
        <h2 id="plan">{t(`${stage}.title`)}</h2>
        <p>{t(`${stage}.text`)}</p>
      </div>
      {stage === "held" && <Next />}
      {stage !== "filled" && <Words plan={plan} run={run} />}
      <OrderLines plan={sorted} />
      <Facts plan={plan} />
      {stage === "open" && <Sales lines={sorted.orders} />}
      {stage === "open" && <Place plan={plan} />}
      {(stage === "over" || stage === "nothing" || stage === "cancelled") && again}
      {(stage === "filled" || stage === "held") && <Onwards />}
    </section>
  );
}

/** True once the time has passed, without asking the clock while drawing. */
function useExpired(at: string): boolean {
  const [expired, setExpired] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setExpired(at), Math.min(millisecondsUntil(at, Date.now()), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [at]);
  return expired === at;
}

/** What the lines do, cash first, and why now. */
function Words({ plan, run }: { plan: Plan; run: Run | undefined }) {
  const t = useTranslations("rebalance");
  const locale = useLocale();
  const text = useReasonText();
  const counts = countsOf(plan.orders);
  const traded = counts.sell + counts.buy > 0;
  return (
    <>
      {traded && <p data-testid="cash-first">{t(cashWord(counts, run?.triggers ?? []), { cash: formatMoney(locale, plan.cash_before) })}</p>}
      <p>{t("counts", counts)}</p>
      {run !== undefined && run.triggers.length > 0 && (
        <ul>
          {run.triggers.map((trigger) => (
            <li key={trigger}>{t(`triggers.${trigger}`)}</li>
          ))}
        </ul>
      )}
      {run?.notes.map((note) => (
        <p key={note.code} className={ui.notice}>
          {text(note)}
        </p>
      ))}
    </>
  );
}

function Facts({ plan }: { plan: Plan }) {
  const t = useTranslations("rebalance");
  const locale = useLocale();
  const lines = [
    { name: "cashBefore", text: <Amount money={plan.cash_before} /> },
    { name: "fees", text: <Amount money={plan.fees} /> },
    { name: "cashAfter", text: <Amount money={plan.cash_after} /> },
    { name: "driftBefore", text: <Percent share={plan.drift_before} /> },
    { name: "driftAfter", text: <Percent share={plan.drift_after} /> },
  ];
  return (
    <>
      <dl className={ui.facts}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className={ui.faint}>{t("madeAt", { at: formatDateTime(locale, plan.made_at), until: formatDateTime(locale, plan.expires_at) })}</p>
    </>
  );
}

function Place({ plan }: { plan: Plan }) {
  const t = useTranslations("rebalance");
  const refresh = useOrdersPlaced();
  const keep = useKeepPlan();
  const action = useMoneyAction<string, Plan>(placeOrders, (placed) => {
    keep(placed);
    refresh();
  });
  return (
    <div className={ui.stack}>
      {action.error !== null && <ErrorState error={action.error} />}
      <p className={ui.faint}>{t("bound")}</p>
      <div>
        <Button type="primary" size="large" loading={action.pending} onClick={() => action.submit(plan.plan_id)}>
          {t("submit")}
        </Button>
      </div>
      {action.dialog}
    </div>
  );
}

/** Held is a normal stage: what happens next, step by step. */
function Next() {
  const t = useTranslations("rebalance.next");
  return (
    <ol data-testid="held-next">
      {(["reserved", "person", "released", "refused"] as const).map((step) => (
        <li key={step}>{t(step)}</li>
      ))}
    </ol>
  );
}

function Onwards() {
  const t = useTranslations("rebalance");
  return (
    <p className={ui.row}>
      <Link href="/app/portfolio">{t("toHoldings")}</Link>
      <Link href="/app/transactions">{t("toLedger")}</Link>
      <Link href="/app/orders">{t("toOrders")}</Link>
    </p>
  );
}
