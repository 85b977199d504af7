"use client";
// This payment beside what is usual for the same customer: 120 days, nobody else's figures.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import ui from "@/components/ui.module.css";
import { TableView } from "@/components/table-view";
import type { Normal } from "@/features/fraud/queries";
import { decimalOfMinor, formatPercent } from "@/lib/money";

type Line = { key: string; now: React.ReactNode; usual: React.ReactNode };

export function NormalView({ normal, currency }: { normal: Normal; currency: string }) {
  const t = useTranslations("fraud.normal");
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const money = (minor: number | null) => (minor === null ? t("unknown") : <Amount money={{ amount: decimalOfMinor(minor, currency), currency }} />);
  const share = (value: number | null) => (value === null ? t("unknown") : formatPercent(locale, value, 0));
  const hour = `${String(normal.hour_utc).padStart(2, "0")}:00`;
  const lines: Line[] = [
    { key: "amount", now: money(normal.amount_minor), usual: money(normal.median_minor) },
    { key: "large", now: money(normal.amount_minor), usual: money(normal.p90_minor) },
    { key: "maximum", now: money(normal.amount_minor), usual: money(normal.maximum_minor) },
    { key: "percentile", now: share(normal.amount_percentile === null ? null : normal.amount_percentile / 100), usual: "–" },
    { key: "hour", now: <bdi>{t("utc", { hour })}</bdi>, usual: t("atHour", { share: share(normal.share_at_this_hour) }) },
    { key: "payee", now: t("before", { count: normal.paid_this_payee_before }), usual: t("payees", { count: normal.payees_120d }) },
    { key: "pace", now: t("inHour", { count: normal.payments_1h }), usual: t("inMonth", { count: normal.payments_30d }) },
    {
      key: "gap",
      now: normal.days_since_last === null ? t("first") : t("days", { days: number.format(normal.days_since_last) }),
      usual: t("inAll", { count: normal.payments_120d }),
    },
  ];
  return (
    <section className={ui.card} aria-labelledby="normal">
      <h2 id="normal">{t("title")}</h2>
      <TableView<Line>
        caption={t("caption")}
        rows={lines}
        keyOf={(line) => line.key}
        columns={[
          { key: "what", title: t("what"), cell: (line) => t(`lines.${line.key}`) },
          { key: "now", title: t("now"), cell: (line) => line.now, end: true },
          { key: "usual", title: t("usual"), cell: (line) => line.usual, end: true },
        ]}
      />
      {normal.sentences.length > 0 && (
        <ul>
          {normal.sentences.map((text) => (
            <li key={text}>
              <bdi lang="en">{text}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
