"use client";
// Every plan that was executed: its state and its lines.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Heading } from "@/components/heading";
import { OrderLines } from "@/components/order-lines";
import { Empty, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { ordersQuery } from "@/features/portfolio/queries";
import type { Plan } from "@/features/portfolio/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

export function Orders() {
  const t = useTranslations("orders");
  const query = useQuery(ordersQuery);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={query}>
        {({ orders: plans }) =>
          plans.length === 0 ? (
            <Empty text={t("empty")} action={<Link href="/app/recommendation">{t("toAdvice")}</Link>} />
          ) : (
            plans.map((plan) => <PlanCard key={plan.plan_id} plan={plan} />)
          )
        }
      </Ready>
    </div>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  const t = useTranslations("orders");
  const locale = useLocale();
  return (
    <section className={ui.card}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2>{formatDateTime(locale, plan.made_at)}</h2>
        <span className={`${ui.tag} ${plan.state === "filled" ? ui.tagDone : ui.tagWait}`}>{t(`states.${plan.state}`)}</span>
      </div>
      <OrderLines plan={plan} />
    </section>
  );
}
