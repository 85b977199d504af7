"use client";
// Every import: what became of its rows, its refused ones by line, the file to take away, and the way back.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading, Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { Refused } from "@/features/imports/components/row-tables";
import { exported, importKeys, importsQuery, refusedQuery, undo } from "@/features/imports/queries";
import type { Import } from "@/features/imports/queries";
import { formatDateTime } from "@/lib/dates";

export function History() {
  const t = useTranslations("imports.history");
  return (
    <section className={ui.stack} aria-labelledby="history">
      <h2 id="history">{t("title")}</h2>
      <Ready query={useQuery(importsQuery)}>
        {({ imports }) => (imports.length === 0 ? <p className={ui.faint}>{t("empty")}</p> : <List rows={imports} />)}
      </Ready>
    </section>
  );
}

function List({ rows }: { rows: readonly Import[] }) {
  const t = useTranslations("imports.history");
  const locale = useLocale();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <div className={ui.card}>
      <TableView<Import>
        caption={t("title")}
        rows={rows}
        keyOf={(row) => row.import_id}
        columns={[
          { key: "at", title: t("at"), cell: (row) => formatDateTime(locale, row.created_at) },
          { key: "account", title: t("account"), cell: (row) => <bdi>{row.account}</bdi> },
          { key: "file", title: t("file"), cell: (row) => <bdi>{row.file_name}</bdi> },
          { key: "new", title: t("new"), cell: (row) => row.counts.new, end: true },
          { key: "duplicate", title: t("duplicate"), cell: (row) => row.counts.duplicate, end: true },
          {
            key: "refused",
            title: t("refused"),
            end: true,
            cell: (row) =>
              row.counts.refused === 0 ? (
                0
              ) : (
                <Button
                  size="small"
                  aria-expanded={shown === row.import_id}
                  aria-label={t("showRefused", { count: row.counts.refused })}
                  onClick={() => setShown(shown === row.import_id ? null : row.import_id)}
                >
                  {row.counts.refused}
                </Button>
              ),
          },
          { key: "actions", title: t("actions"), cell: (row) => <Actions row={row} /> },
        ]}
      />
      {shown !== null && <RefusedRows importId={shown} />}
    </div>
  );
}

function RefusedRows({ importId }: { importId: string }) {
  const t = useTranslations("imports.history");
  const query = useInfiniteQuery(refusedQuery(importId));
  if (query.isPending) return <Loading rows={3} />;
  if (query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <Refused rows={query.data.pages.flatMap((page) => page.rows)} />
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

function Actions({ row }: { row: Import }) {
  const t = useTranslations("imports.history");
  const queries = useQueryClient();
  const undoing = useMutation({
    mutationFn: () => undo(row.import_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: importKeys.all }),
  });
  const saving = useMutation({
    mutationFn: () => exported(row.import_id),
    onSuccess: (file) => save(file, `finnami-import-${row.import_id}.csv`),
  });
  const problem = undoing.error ?? saving.error;
  return (
    <div className={ui.row}>
      <Button size="small" loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("export")}
      </Button>
      {row.undone_at === null ? (
        <Popconfirm
          title={t("undoTitle")}
          description={t("undoText")}
          okText={t("undoYes")}
          cancelText={t("undoNo")}
          onConfirm={() => undoing.mutate()}
        >
          <Button size="small" loading={undoing.isPending}>
            {t("undo")}
          </Button>
        </Popconfirm>
      ) : (
        <span className={ui.tag}>{t("undone")}</span>
      )}
      {problem !== null && <ErrorState error={problem} />}
    </div>
  );
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not at once: some browsers begin to read only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
