"use client";
// The table twin of the drawing: every node and every tie, also those the drawing leaves out.
import { useLocale, useTranslations } from "next-intl";

import { Amount } from "@/components/amount";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { namesOf } from "@/features/fraud/model";
import type { LinkGraph } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { decimalOfMinor } from "@/lib/money";

type Node = LinkGraph["nodes"][number];
type Edge = LinkGraph["edges"][number];

export function GraphTables({ graph, currency }: { graph: LinkGraph; currency: string }) {
  const t = useTranslations("fraud.graph");
  const locale = useLocale();
  const names = namesOf(graph);
  const money = (minor: number) => (minor === 0 ? "–" : <Amount money={{ amount: decimalOfMinor(minor, currency), currency }} />);
  return (
    <>
      <TableView<Node>
        caption={t("nodes")}
        rows={graph.nodes}
        keyOf={(row) => row.node_id}
        columns={[
          { key: "name", title: t("name"), cell: (row) => <bdi>{names.get(row.node_id)}</bdi> },
          { key: "kind", title: t("kind"), cell: (row) => t(`kinds.${row.kind}`) },
          { key: "focus", title: t("inCase"), cell: (row) => t(row.focus ? "yes" : "no") },
          { key: "open", title: t("openCases"), cell: (row) => row.open_cases, end: true },
          { key: "id", title: t("id"), cell: (row) => <bdi className={ui.code}>{row.node_id}</bdi> },
        ]}
      />
      <TableView<Edge>
        caption={t("ties")}
        rows={graph.edges}
        keyOf={(row) => `${row.source} ${row.target} ${row.kind}`}
        columns={[
          { key: "from", title: t("from"), cell: (row) => <bdi>{names.get(row.source)}</bdi> },
          { key: "how", title: t("how"), cell: (row) => t(`edges.${row.kind}`) },
          { key: "to", title: t("to"), cell: (row) => <bdi>{names.get(row.target)}</bdi> },
          { key: "count", title: t("count"), cell: (row) => row.count, end: true },
          { key: "sum", title: t("sum"), cell: (row) => money(row.amount_minor), end: true },
          { key: "last", title: t("last"), cell: (row) => formatDateTime(locale, row.last_at) },
        ]}
      />
    </>
  );
}
