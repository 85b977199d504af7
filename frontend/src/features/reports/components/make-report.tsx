"use client";
// A report asked for now: the last month, or this one so far; the staff's figures of the last month.
import { Button, Segmented, Select } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { CUSTOMER_KINDS, periodOf, SPANS } from "@/features/reports/model";
import type { CustomerKind, Span } from "@/features/reports/model";
import { useMakeReport } from "@/features/reports/queries";
import type { Shelf } from "@/features/reports/queries";

export function MakeReport({ shelf, now }: { shelf: Shelf; now: number }) {
  const t = useTranslations("reports");
  const [kind, setKind] = useState<CustomerKind>("statement");
  const [span, setSpan] = useState<Span>("soFar");
  const making = useMakeReport();
  const own = shelf === "own";
  const make = () => {
    const period = periodOf(own ? span : "lastMonth", now);
    making.mutate(own ? { shelf, kind, period } : { shelf: "house", period });
  };
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-label={t("make.title")}>
      <p>{t(own ? "make.text" : "make.textHouse")}</p>
      <div className={ui.row}>
        {own && (
          <>
            <Select<CustomerKind>
              aria-label={t("make.kind")}
              value={kind}
              onChange={setKind}
              style={{ inlineSize: "min(100%, 15rem)" }}
              options={CUSTOMER_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
            />
            <Segmented<Span>
              aria-label={t("make.span")}
              value={span}
              onChange={setSpan}
              options={SPANS.map((value) => ({ value, label: t(`make.${value}`) }))}
            />
          </>
        )}
        <Button type="primary" loading={making.isPending} onClick={make}>
          {t("make.button")}
        </Button>
      </div>
      {making.data?.state === "issued" && <p role="status">{t("make.done")}</p>}
      {making.data?.state === "refused" && <p role="alert">{t("refusedWhy")}</p>}
      {making.error !== null && <ErrorState error={making.error} />}
    </section>
  );
}
