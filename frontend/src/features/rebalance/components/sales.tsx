"use client";
// What each sale takes: the lots by method, gains by holding period, an example of the tax, the wash-sale warning.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { Line } from "@/features/rebalance/model";
import { saleQuery } from "@/features/rebalance/queries";
import type { LotMethod, SalePreview } from "@/features/rebalance/queries";
import { formatDay } from "@/lib/dates";
import { formatMoney, formatQuantity } from "@/lib/money";

const METHODS: readonly LotMethod[] = ["fifo", "hifo", "min_tax"];

export function Sales({ lines }: { lines: readonly Line[] }) {
  const t = useTranslations("sales");
  const [method, setMethod] = useState<LotMethod>("fifo");
  const sold = lines.filter((line) => line.action === "sell");
  if (sold.length === 0) return <p className={ui.faint}>{t("none")}</p>;
  return (
    <div className={ui.stack}>
      <h3>{t("title")}</h3>
      <p className={ui.faint}>{t("text")}</p>
      <div className={ui.scrolls}>
        <Segmented<LotMethod> aria-label={t("method")} value={method} onChange={setMethod} options={METHODS.map((value) => ({ value, label: t(`methods.${value}`) }))} />
      </div>
      {sold.map((line) => (
        <Sale key={line.symbol} line={line} method={method} />
      ))}
    </div>
  );
}

function Sale({ line, method }: { line: Line; method: LotMethod }) {
  const query = useQuery(saleQuery(line.symbol, line.quantity));
  return (
    <Ready query={query} rows={3}>
      {({ previews }) => {
        const found = previews.find((one) => one.method === method);
        return found === undefined ? null : <Slices found={found} />;
      }}
    </Ready>
  );
}

type Slice = SalePreview["slices"][number];

function Slices({ found }: { found: SalePreview }) {
  const t = useTranslations("sales");
  const locale = useLocale();
  const money = (value: Slice["gain"], signed = false) => <span className="number">{formatMoney(locale, value, signed)}</span>;
  const title = t("of", { symbol: found.symbol });
  return (
    <div className={ui.stack}>
      <TableView<Slice>
        caption={title}
        rows={found.slices}
        keyOf={(slice) => slice.lot_id}
        columns={[
          { key: "bought", title, cell: (slice) => t(slice.long_term ? "boughtLong" : "boughtShort", { day: formatDay(locale, slice.bought_at.slice(0, 10)) }) },
          { key: "quantity", title: t("quantity"), cell: (slice) => formatQuantity(locale, slice.quantity), end: true },
          { key: "cost", title: t("cost"), cell: (slice) => money(slice.cost), end: true },
          { key: "proceeds", title: t("proceeds"), cell: (slice) => money(slice.proceeds), end: true },
          { key: "gain", title: t("gain"), cell: (slice) => money(slice.gain, true), end: true },
        ]}
      />
      <p>
        {t("sums", { short: formatMoney(locale, found.short_gain, true), long: formatMoney(locale, found.long_gain, true), tax: formatMoney(locale, found.example_tax) })}
      </p>
      {found.wash_sale !== null && <p className={`${ui.notice} ${ui.warning}`}>{t.has(`wash.${found.wash_sale.code}`) ? t(`wash.${found.wash_sale.code}`, found.wash_sale.values) : found.wash_sale.sentence}</p>}
    </div>
  );
}
