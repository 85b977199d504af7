"use client";
// Why the predicted risk is what it is: each reason with its sign, as a bar and in words.
import { useLocale, useTranslations } from "next-intl";

import chart from "@/components/chart.module.css";
import ui from "@/components/ui.module.css";
import { barsOf, effectShare, strongest } from "@/features/advice/model";
import type { Effect } from "@/features/advice/model";
import { formatPercent } from "@/lib/money";

export function Contributions({ effects }: { effects: readonly Effect[] }) {
  const t = useTranslations("contributions");
  const locale = useLocale();
  const bars = barsOf(strongest(effects));
  if (bars.length === 0) return null;
  return (
    <section className={ui.card} aria-labelledby="reasons">
      <h2 id="reasons">{t("title")}</h2>
      <p className={ui.faint}>{t("text")}</p>
      <ul className={chart.bars}>
        {bars.map((bar) => {
          const name = t.has(`codes.${bar.code}`) ? t(`codes.${bar.code}`) : bar.code.replaceAll("_", " ");
          const size = formatPercent(locale, Math.abs(effectShare(bar.effect)));
          const background = bar.effect >= 0 ? "var(--warning)" : "var(--primary)";
          return (
            <li key={bar.code}>
              <span>{t(bar.effect >= 0 ? "raises" : "lowers", { name, size })}</span>
              <div className={chart.track} aria-hidden="true">
                <div style={{ insetInlineStart: `${bar.start}%`, inlineSize: `${bar.width}%`, background }} />
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
