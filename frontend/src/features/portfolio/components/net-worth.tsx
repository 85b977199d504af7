"use client";
// Everything in one currency when there is more than one: each part with its rate, unknown ones apart.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { RateWords } from "@/features/portfolio/components/rate-words";
import { netWorthQuery } from "@/features/portfolio/queries";
import type { WorthPart } from "@/features/portfolio/queries";

export function NetWorth() {
  const t = useTranslations("netWorth");
  const table = useTranslations("common");
  const found = useQuery(netWorthQuery).data;
  // With one currency the page says the same already.
  if (found === undefined || found.parts.every((part) => part.currency === found.currency)) return null;
  return (
    <section className={ui.card} aria-labelledby="net-worth">
      <h2 id="net-worth">{t("title", { currency: found.currency })}</h2>
      <p data-testid="net-worth">
        <strong>{found.total === null ? t("unknown") : <Amount money={found.total} />}</strong>
      </p>
      {found.total === null && (
        <p className={`${ui.notice} ${ui.warning}`}>
          {t("apart", { units: found.unknown.join(", ") })} <Amount money={found.known} />
        </p>
      )}
      <TableView<WorthPart>
        caption={table("tableOf", { title: t("title", { currency: found.currency }) })}
        rows={found.parts}
        keyOf={(part) => part.unit}
        columns={[
          { key: "unit", title: t("what"), cell: (part) => (part.quantity === null ? t("cash", { unit: part.unit }) : part.unit) },
          { key: "local", title: t("own"), cell: (part) => (part.local === null ? t("noPrice") : <Amount money={part.local} />), end: true },
          { key: "rate", title: t("rate"), cell: (part) => (part.currency === found.currency ? "–" : <RateWords rate={part.rate} />) },
          { key: "value", title: t("value"), cell: (part) => (part.value === null ? t("unknown") : <Amount money={part.value} />), end: true },
        ]}
      />
    </section>
  );
}
