"use client";
// The lines of an order plan: what is bought, sold or left alone, and why.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import type { Column } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { components } from "@/lib/api/schema";
import { formatMoney, formatQuantity } from "@/lib/money";
import { useReasonText } from "@/lib/use-reason-text";

type Plan = components["schemas"]["OrderPlanOut"];
type Line = Plan["orders"][number];

function isTraded(line: Line): boolean {
  return line.action !== "skip";
}

export function OrderLines({ plan }: { plan: Plan }) {
  const t = useTranslations("orderLines");
  const reason = useReasonText();
  const locale = useLocale();
  const price = (line: Line) => formatMoney(locale, { amount: line.price, currency: line.amount.currency });
  const columns: Column<Line>[] = [
    { key: "what", title: t("what"), cell: (line) => t(`actions.${line.action}`, { symbol: line.symbol }) },
    { key: "quantity", title: t("quantity"), cell: (line) => (isTraded(line) ? formatQuantity(locale, line.quantity) : "–"), end: true },
    { key: "price", title: t("price"), cell: price, end: true },
    { key: "amount", title: t("amount"), cell: (line) => (isTraded(line) ? <Amount money={line.amount} /> : "–"), end: true },
    { key: "fee", title: t("fee"), cell: (line) => <Amount money={line.fee} />, end: true },
    { key: "why", title: t("why"), cell: (line) => <span className={ui.faint}>{reason(line.reason)}</span> },
  ];
  return <TableView<Line> caption={t("caption")} rows={plan.orders} keyOf={(line) => line.symbol} columns={columns} />;
}
