"use client";
// What a screen shows while it waits, and when there is nothing yet.
import { Skeleton } from "antd";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";

export function Loading({ rows = 4 }: { rows?: number }) {
  const t = useTranslations("common");
  return (
    <div className={ui.card} aria-busy="true">
      <span className="visually-hidden" role="status">
        {t("loading")}
      </span>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

export function Empty({ text, action }: { text: string; action?: ReactNode }) {
  return (
    <div className={`${ui.card} ${ui.quiet}`} style={{ justifyItems: "start" }}>
      <p>{text}</p>
      {action}
    </div>
  );
}

type Query<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** The states of one query in their order: waiting, failed without data, and the answer. */
export function Ready<T>({ query, rows, children }: { query: Query<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <Loading rows={rows} />;
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
}
