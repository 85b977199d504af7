"use client";
// The table of holdings: heads that sort and stay in sight, prices with their age, totals at the foot.
import { useTranslations } from "next-intl";

import { Percent } from "@/components/amount";
import ui from "@/components/ui.module.css";
import { LivePrice } from "@/features/portfolio/components/live-price";
import { nextSort, SORTS } from "@/features/portfolio/holdings-model";
import type { Holding, Money, Sort, SortKey, Totals } from "@/features/portfolio/holdings-model";
import type { Portfolio } from "@/features/portfolio/queries";
import type { Quotes } from "@/features/portfolio/use-quotes";
import { useOwnTexts } from "@/lib/hide-amounts";
import { Link } from "@/lib/i18n/routing";

type Props = {
  rows: readonly Holding[];
  found: Portfolio;
  quotes: Quotes | undefined;
  sort: Sort;
  onSort: (sort: Sort) => void;
  totals: Totals;
  whole: Totals;
};

export function HoldingsTable({ rows, found, quotes, sort, onSort, totals, whole }: Props) {
  const t = useTranslations("portfolio");
  const table = useTranslations("common");
  return (
    <div className={`${ui.tableBox} ${ui.tall}`} tabIndex={0} role="region" aria-label={table("tableOf", { title: t("held") })}>
      <table className={ui.table}>
        <caption className="visually-hidden">{t("held")}</caption>
        <thead>
          <tr>
            {SORTS.map((key) => (
              <Head key={key} name={key} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.symbol} row={row} found={found} quotes={quotes} />
          ))}
        </tbody>
        <tfoot>
          {totals.count < whole.count && <Foot name={t("sumShown", { count: totals.count, all: whole.count })} totals={totals} />}
          <Foot name={t("sumAll", { count: whole.count })} totals={whole} />
        </tfoot>
      </table>
    </div>
  );
}

type HeadProps = { name: SortKey; sort: Sort; onSort: (sort: Sort) => void };

function Head({ name, sort, onSort }: HeadProps) {
  const t = useTranslations("portfolio");
  const active = sort.key === name;
  const order = active ? (sort.down ? "descending" : "ascending") : undefined;
  const arrow = active ? (sort.down ? "▼" : "▲") : "";
  return (
    <th scope="col" aria-sort={order} className={name === "name" ? undefined : ui.end}>
      <button type="button" className={ui.linkButton} onClick={() => onSort(nextSort(sort, name))}>
        {t(`columns.${name}`)}
        {active && <span aria-hidden="true"> {arrow}</span>}
      </button>
    </th>
  );
}

type LineProps = { row: Holding; found: Portfolio; quotes: Quotes | undefined };

function Line({ row, found, quotes }: LineProps) {
  const t = useTranslations("portfolio");
  const own = useOwnTexts();
  const page = `/app/instrument?id=${encodeURIComponent(row.symbol)}`;
  return (
    <tr>
      <th scope="row" className={ui.rowHead}>
        <Link href={page} prefetch={false}>
          <bdi>{row.name}</bdi>
        </Link>
        <div className={ui.faint}>
          <bdi>{row.symbol}</bdi>
        </div>
      </th>
      <td className={ui.end}>{own.quantity(row.quantity)}</td>
      <td className={ui.end}>
        <Sum money={row.cost} />
      </td>
      <td className={ui.end}>
        <LivePrice quote={quotes?.get(row.symbol)} position={row} currency={found.currency} simulated={found.simulated} />
      </td>
      <td className={ui.end}>
        <Sum money={row.value} />
      </td>
      <td className={ui.end}>{row.weight === null ? t("unknown") : <Percent share={row.weight} />}</td>
      <td className={ui.end}>
        <Sum money={row.gain} signed />
        {row.gainShare !== null && (
          <div className={ui.faint}>
            <Percent share={row.gainShare} />
          </div>
        )}
      </td>
      <td className={ui.end}>{row.lots ?? t("unknown")}</td>
    </tr>
  );
}

function Sum({ money, signed = false }: { money: Money | null; signed?: boolean }) {
  const t = useTranslations("portfolio");
  const own = useOwnTexts();
  if (money === null) return t("unknown");
  const tone = signed && money.amount_minor !== 0 ? (money.amount_minor > 0 ? ui.positive : ui.negative) : "";
  return <span className={`number ${tone}`}>{own.money(money, signed)}</span>;
}

function Foot({ name, totals }: { name: string; totals: Totals }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td />
      <td className={ui.end}>
        <Sum money={totals.cost} />
      </td>
      <td />
      <td className={ui.end}>
        <Sum money={totals.value} />
      </td>
      <td />
      <td className={ui.end}>
        <Sum money={totals.gain} signed />
      </td>
      <td />
    </tr>
  );
}
