"use client";
// What she holds of one instrument, lot by lot; nothing held shows nothing.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { OwnAmount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { lotsQuery } from "@/features/portfolio/queries";
import type { Lot } from "@/features/portfolio/queries";
import { formatDateTime } from "@/lib/dates";
import { useOwnTexts } from "@/lib/hide-amounts";

export function OwnPart({ symbol }: { symbol: string }) {
  const t = useTranslations("lots");
  const table = useTranslations("common");
  const locale = useLocale();
  const texts = useOwnTexts();
  const own = useQuery(lotsQuery).data?.lots.filter((lot) => lot.symbol === symbol) ?? [];
  if (own.length === 0) return null;
  return (
    <section className={ui.card} aria-labelledby="lots">
      <h2 id="lots">{t("title")}</h2>
      <TableView<Lot>
        caption={table("tableOf", { title: t("title") })}
        rows={own}
        keyOf={(lot) => lot.lot_id}
        columns={[
          { key: "bought", title: t("bought"), cell: (lot) => formatDateTime(locale, lot.bought_at) },
          { key: "quantity", title: t("quantity"), cell: (lot) => texts.quantity(lot.quantity), end: true },
          { key: "cost", title: t("cost"), cell: (lot) => <OwnAmount money={lot.cost} />, end: true },
        ]}
      />
      <p className={ui.faint}>{t("method")}</p>
    </section>
  );
}
