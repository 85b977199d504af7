"use client";
// The mixes beside the advised one: to compare with, with the reason why each was not chosen.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { outlookQuery } from "@/features/advice/queries";
import type { Mix, Outlook } from "@/features/advice/queries";
import { formatMoney, formatPercent } from "@/lib/money";
import { useReasonText } from "@/lib/use-reason-text";

export function AlternativesCard({ id, mix }: { id: string; mix: Mix }) {
  const t = useTranslations("alternatives");
  const query = useQuery(outlookQuery(id));
  return (
    <section className={ui.card} aria-labelledby="alternatives">
      <h2 id="alternatives">{t("title")}</h2>
      <p className={ui.faint}>{t("text")}</p>
      <Ready query={query} rows={4}>
        {(found) => <Compared mix={mix} found={found} />}
      </Ready>
    </section>
  );
}

type Row = { key: string; cells: Partial<Record<"advised" | "calmer" | "bolder", string>> };

function Compared({ mix, found }: { mix: Mix; found: Outlook }) {
  const t = useTranslations("alternatives");
  const advice = useTranslations("advice");
  const reason = useReasonText();
  const locale = useLocale();
  if (found.alternatives === null) return null;
  const { calmer, bolder, limit } = found.alternatives;
  const mixes = { calmer: calmer?.mix, advised: mix, bolder: bolder?.mix };
  const profiles = { calmer: calmer?.profile, advised: found.profile, bolder: bolder?.profile };
  const shown = (["calmer", "advised", "bolder"] as const).filter((name) => mixes[name] !== undefined);
  const row = (key: string, text: (one: Mix) => string): Row => ({
    key,
    cells: Object.fromEntries(shown.map((name) => [name, text(mixes[name] as Mix)])),
  });
  const rows = [
    row("promised", (one) => formatPercent(locale, one.promised_volatility)),
    row("predicted", (one) => formatPercent(locale, one.predicted_volatility)),
    row("equity", (one) => formatPercent(locale, one.equity_share, 0)),
    row("worstYear", (one) => (one.worst_year_loss === null ? advice("worstUnknown") : formatMoney(locale, one.worst_year_loss))),
    row("costOnce", (one) => formatMoney(locale, one.costs.one_off)),
    row("costYear", (one) => formatMoney(locale, one.costs.yearly)),
  ];
  return (
    <>
      <TableView<Row>
        caption={t("title")}
        rows={rows}
        keyOf={({ key }) => key}
        columns={[
          { key: "figure", title: t("figure"), cell: ({ key }) => (key === "promised" ? advice("promise") : advice(key)) },
          ...shown.map((name) => ({ key: name, title: t(name, { profile: profiles[name] ?? 0 }), cell: ({ cells }: Row) => cells[name] ?? "–", end: true })),
        ]}
      />
      <ul>
        {calmer !== null && (
          <li>
            <strong>{t("whyNotCalmer")}</strong> {reason(calmer.why_not)}
          </li>
        )}
        <li>
          <strong>{t(bolder === null ? "whyNothingBolder" : "whyNotBolder")}</strong> {reason(limit)}
        </li>
      </ul>
    </>
  );
}
