"use client";
// How prices come at the moment, said as it is.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { useQuoteState } from "@/features/portfolio/use-quotes";

export function PriceState() {
  const t = useTranslations("priceState");
  return (
    <p className={ui.faint} role="status" data-testid="price-state">
      {t(useQuoteState())}
    </p>
  );
}
