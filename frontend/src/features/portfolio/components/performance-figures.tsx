"use client";
// The figures beside the benchmark's; each opens what it is, where it comes from and its cash flows.
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { TableView } from "@/components/table-view";
import type { Column } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { FigureDialog } from "@/features/portfolio/components/figure-dialog";
import { PeriodWords } from "@/features/portfolio/components/period-words";
import { benchmarkOf, FIGURES, reasonOf, shareOf } from "@/features/portfolio/performance-model";
import type { Figure } from "@/features/portfolio/performance-model";
import type { Performance } from "@/features/portfolio/queries";
import { formatDay } from "@/lib/dates";
import { useOwnTexts } from "@/lib/hide-amounts";
import { formatPercent } from "@/lib/money";

/** A figure as the reader writes it; null when there is none. */
function useFigureText(found: Performance): (figure: Figure) => string | null {
  const locale = useLocale();
  const own = useOwnTexts();
  return (figure) => {
    if (figure === "fees") return found.fees === null ? null : own.money(found.fees);
    if (figure === "gain") return found.gain === null ? null : own.money(found.gain, true);
    const share = shareOf(found, figure);
    return share === null ? null : formatPercent(locale, share, 2);
  };
}

export function Figures({ found }: { found: Performance }) {
  const t = useTranslations("performance");
  const table = useTranslations("common");
  const locale = useLocale();
  const [open, setOpen] = useState<Figure | null>(null);
  const text = useFigureText(found);
  const texts = useOwnTexts();
  const own = (figure: Figure) => {
    const shown = text(figure);
    const reason = reasonOf(found, figure);
    const name = t(`figures.${figure}.name`);
    return (
      <>
        <button type="button" className={ui.linkButton} aria-haspopup="dialog" onClick={() => setOpen(figure)} data-testid={`figure-${figure}`}>
          <span className="number">{shown ?? t("none")}</span>
          <span className="visually-hidden"> {t("openFigure", { name })}</span>
        </button>
        {reason !== null && <div className={ui.faint}>{t(`reasons.${reason}`)}</div>}
      </>
    );
  };
  const beside = (figure: Figure) => {
    const measure = benchmarkOf(found, figure);
    if (measure === null) return "–";
    if (measure.value !== null) return <span className="number">{formatPercent(locale, measure.value, 2)}</span>;
    return (
      <>
        {t("none")}
        {measure.reason !== null && <div className={ui.faint}>{t(`reasons.${measure.reason}`)}</div>}
      </>
    );
  };
  const columns: Column<Figure>[] = [
    { key: "name", title: t("figure"), cell: (figure) => <><strong>{t(`figures.${figure}.name`)}</strong><div className={ui.faint}>{t(`figures.${figure}.short`)}</div></> },
    { key: "own", title: t("you"), cell: own, end: true },
    { key: "benchmark", title: found.benchmark?.name ?? t("benchmark"), cell: beside, end: true },
  ];
  return (
    <section className={ui.card} aria-labelledby="figures">
      <h2 id="figures">{t("figuresTitle")}</h2>
      <TableView<Figure> caption={table("tableOf", { title: t("figuresTitle") })} rows={FIGURES} keyOf={(figure) => figure} columns={columns} />
      {found.drawdown !== null && <DrawdownWords found={found.drawdown} />}
      {found.benchmark?.end_value != null && found.end_value !== null && (
        <p>{t("sameFlows", { name: found.benchmark.name, end: texts.money(found.benchmark.end_value), own: texts.money(found.end_value) })}</p>
      )}
      <p className={ui.faint} data-testid="period">
        <PeriodWords found={found} />
      </p>
      {open !== null && <FigureDialog figure={open} shown={text(open) ?? t("none")} found={found} onClose={() => setOpen(null)} />}
    </section>
  );
}

function DrawdownWords({ found }: { found: NonNullable<Performance["drawdown"]> }) {
  const t = useTranslations("performance.drawdown");
  const locale = useLocale();
  if (found.peak === null || found.trough === null) return <p>{t("never")}</p>;
  const values = { depth: formatPercent(locale, Math.abs(found.depth), 2), peak: formatDay(locale, found.peak), trough: formatDay(locale, found.trough) };
  return (
    <p>
      {t("deepest", values)}{" "}
      {found.recovered === null ? t("open", { now: formatPercent(locale, Math.abs(found.now), 2) }) : t("recovered", { day: formatDay(locale, found.recovered) })}
    </p>
  );
}
