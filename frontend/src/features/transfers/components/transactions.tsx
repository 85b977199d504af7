"use client";
// The ledger as its owner sees it: every line of an account, the newest first, with the balance after it.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { amountOfUnit } from "@/features/transfers/model";
import { accountsQuery, postingsQuery } from "@/features/transfers/queries";
import type { Account, Posting } from "@/features/transfers/queries";
import { formatDateTime } from "@/lib/dates";
import { Link, usePathname, useRouter } from "@/lib/i18n/routing";

export function Transactions() {
  const t = useTranslations("transactions");
  const accounts = useQuery(accountsQuery);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <p>
        <Link href="/app/imports">{t("elsewhere")}</Link>
      </p>
      <Ready query={accounts}>
        {(found) =>
          found.length === 0 ? (
            <Empty text={t("empty")} action={<Link href="/app/transfers">{t("deposit")}</Link>} />
          ) : (
            <Suspense fallback={<Loading />}>
              <Chosen accounts={found} />
            </Suspense>
          )
        }
      </Ready>
    </div>
  );
}

function Chosen({ accounts }: { accounts: readonly Account[] }) {
  const t = useTranslations("transactions");
  const wanted = useSearchParams().get("unit");
  const router = useRouter();
  const path = usePathname();
  const account = accounts.find((one) => one.unit === wanted) ?? accounts.find((one) => one.kind === "cash") ?? accounts[0];
  if (account === undefined) return null;
  return (
    <div className={ui.card}>
      <div className={ui.row}>
        <label htmlFor="account">{t("account")}</label>
        <Select
          id="account"
          virtual={false}
          value={account.unit}
          style={{ minInlineSize: "11rem" }}
          options={accounts.map((one) => ({ value: one.unit, label: t(`kinds.${one.kind}`, { unit: one.unit }) }))}
          onChange={(unit) => router.replace(`${path}?unit=${encodeURIComponent(unit)}`)}
        />
      </div>
      <Postings account={account} />
    </div>
  );
}

function Postings({ account }: { account: Account }) {
  const t = useTranslations("transactions");
  const locale = useLocale();
  const query = useInfiniteQuery(postingsQuery(account.account_id));
  if (query.isPending) return <Loading rows={6} />;
  if (query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap((page) => page.postings);
  if (rows.length === 0) return <p>{t("none")}</p>;
  const amount = (value: string, signed: boolean) => (
    <span className="number">{amountOfUnit(locale, { value, unit: account.unit, kind: account.kind, signed })}</span>
  );
  return (
    <>
      <TableView<Posting>
        caption={t("title")}
        rows={rows}
        keyOf={(row) => String(row.seq)}
        columns={[
          { key: "at", title: t("at"), cell: (row) => formatDateTime(locale, row.at) },
          { key: "what", title: t("what"), cell: (row) => t(`movements.${row.kind}`) },
          { key: "who", title: t("counterparty"), cell: (row) => <bdi>{row.counterparty || "–"}</bdi> },
          { key: "amount", title: t("amount"), cell: (row) => amount(row.amount, true), end: true },
          { key: "after", title: t("after"), cell: (row) => amount(row.balance_after, false), end: true },
        ]}
      />
      {query.hasNextPage && (
        <div>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}
