"use client";
// Everything that makes up the total: each holding with its price, then cash; the parts add up to the cent.
import { useTranslations } from "next-intl";

import { OwnAmount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { LivePrice } from "@/features/portfolio/components/live-price";
import type { Portfolio, Position } from "@/features/portfolio/queries";
import type { Quotes } from "@/features/portfolio/use-quotes";
import { useOwnTexts } from "@/lib/hide-amounts";

export function Holdings({ found, quotes }: { found: Portfolio; quotes: Quotes | undefined }) {
  const t = useTranslations("holdings");
  const table = useTranslations("common");
  const own = useOwnTexts();
  const name = (row: Position) => (
    <>
      <bdi>{row.name}</bdi> <span className={ui.faint}>{row.symbol}</span>
      <div className={ui.faint}>{t("units", { quantity: own.quantity(row.quantity) })}</div>
    </>
  );
  return (
    <section className={ui.card} aria-labelledby="holdings">
      <h2 id="holdings">{t("title")}</h2>
      <TableView<Position>
        caption={table("tableOf", { title: t("title") })}
        rows={found.positions}
        keyOf={(row) => row.symbol}
        columns={[
          { key: "name", title: t("asset"), cell: name },
          {
            key: "price", title: t("price"), end: true,
            cell: (row) => <LivePrice quote={quotes?.get(row.symbol)} position={row} currency={found.currency} simulated={found.simulated} />,
          },
          {
            key: "value", title: t("value"), end: true,
            cell: (row) => <span data-testid="part">{row.value === null ? t("unknown") : <OwnAmount money={row.value} />}</span>,
          },
        ]}
        foot={<Parts found={found} />}
      />
      <p className={ui.faint}>{t("adds")}</p>
    </section>
  );
}

function Parts({ found }: { found: Portfolio }) {
  const t = useTranslations("holdings");
  const parts = [
    { name: "cash", money: found.cash },
    ...(found.reserved.amount_minor === 0 ? [] : [{ name: "reserved", money: found.reserved }]),
  ];
  return (
    <>
      {parts.map(({ name, money }) => (
        <tr key={name}>
          <th scope="row" colSpan={2}>
            {t(name)}
          </th>
          <td className={ui.end} data-testid="part">
            <OwnAmount money={money} />
          </td>
        </tr>
      ))}
      <tr>
        <th scope="row" colSpan={2}>
          {t("total")}
        </th>
        <td className={ui.end} data-testid="sum">
          {found.value === null ? t("unknown") : <OwnAmount money={found.value} />}
        </td>
      </tr>
    </>
  );
}
