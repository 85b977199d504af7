"use client";
// What is held: quantity, price with its age, value.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { Portfolio, Position } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney, formatQuantity } from "@/lib/money";

export function Holdings({ found }: { found: Portfolio }) {
  const t = useTranslations("holdings");
  const locale = useLocale();
  const price = (row: Position) => (
    <>
      {row.price === null ? t("unknown") : formatMoney(locale, { amount: row.price, currency: found.currency })}
      {row.stale && <span className={`${ui.tag} ${ui.tagWait}`}>{t("stale")}</span>}
      {row.market_date !== null && (
        <div className={ui.faint}>{t(found.simulated ? "ofDaySimulated" : "ofDay", { day: formatDay(locale, row.market_date) })}</div>
      )}
    </>
  );
  const name = (row: Position) => (
    <>
      <bdi>{row.name}</bdi> <span className={ui.faint}>{row.symbol}</span>
    </>
  );
  return (
    <section className={ui.card} aria-labelledby="holdings">
      <h2 id="holdings">{t("title")}</h2>
      <TableView<Position>
        caption={t("title")}
        rows={found.positions}
        keyOf={(row) => row.symbol}
        columns={[
          { key: "name", title: t("asset"), cell: name },
          { key: "quantity", title: t("quantity"), cell: (row) => formatQuantity(locale, row.quantity), end: true },
          { key: "price", title: t("price"), cell: price, end: true },
          { key: "value", title: t("value"), cell: (row) => (row.value === null ? t("unknown") : <Amount money={row.value} />), end: true },
        ]}
      />
    </section>
  );
}
