"use client";
// The orders before anything happens; placing them asks for a fresh code and happens once.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { Amount, Percent } from "@/components/amount";
import { ErrorState } from "@/components/error-state";
import { OrderLines } from "@/components/order-lines";
import { placeOrders, useOrdersPlaced } from "@/components/place-orders";
import type { Plan } from "@/components/place-orders";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { Link } from "@/lib/i18n/routing";

export function PlanPreview({ plan }: { plan: Plan }) {
  const t = useTranslations("preview");
  const refresh = useOrdersPlaced();
  const [done, setDone] = useState<Plan | null>(null);
  const action = useMoneyAction<string, Plan>(placeOrders, (placed) => {
    refresh();
    setDone(placed);
  });
  if (done !== null) return <Placed plan={done} />;
  const lines = [
    { name: "cashBefore", text: <Amount money={plan.cash_before} /> },
    { name: "fees", text: <Amount money={plan.fees} /> },
    { name: "cashAfter", text: <Amount money={plan.cash_after} /> },
    { name: "drift", text: <Percent share={plan.drift_after} /> },
  ];
  return (
    <section className={ui.card} aria-labelledby="preview">
      <h2 id="preview">{t("title")}</h2>
      <p>{t("text")}</p>
      <OrderLines plan={plan} />
      <dl className={ui.facts}>
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {action.error !== null && <ErrorState error={action.error} />}
      <div>
        <Button type="primary" size="large" loading={action.pending} onClick={() => action.submit(plan.plan_id)}>
          {t("submit")}
        </Button>
      </div>
      {action.dialog}
    </section>
  );
}

function Placed({ plan }: { plan: Plan }) {
  const t = useTranslations("preview");
  const held = plan.state === "held";
  return (
    <section className={ui.card} role="status">
      <h2>{t(held ? "heldTitle" : "doneTitle")}</h2>
      <p>{t(held ? "heldText" : "doneText")}</p>
      <OrderLines plan={plan} />
      <div>
        <Link href="/app/dashboard">
          <Button type="primary" size="large">
            {t("toDashboard")}
          </Button>
        </Link>
      </div>
    </section>
  );
}
