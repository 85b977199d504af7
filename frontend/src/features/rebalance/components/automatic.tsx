"use client";
// Whether rebalancing happens by itself: off until asked for; and the runs of the last year.
import { useQuery } from "@tanstack/react-query";
import { Switch } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import { rebalancingQuery, useSwitch } from "@/features/rebalance/queries";
import type { Run, Settings } from "@/features/rebalance/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";
import { useReasonText } from "@/lib/use-reason-text";

export function Automatic() {
  const query = useQuery(rebalancingQuery);
  return (
    <Ready query={query} rows={5}>
      {(found) => (
        <>
          <Wish found={found} />
          {found.runs.length > 0 && <Runs runs={found.runs} />}
        </>
      )}
    </Ready>
  );
}

function Wish({ found }: { found: Settings }) {
  const t = useTranslations("rebalance.automatic");
  const locale = useLocale();
  const change = useSwitch();
  return (
    <section className={ui.card} aria-labelledby="automatic">
      <h2 id="automatic">{t("title")}</h2>
      <p id="automatic-text">{t("text")}</p>
      <div className={ui.row}>
        <Switch id="automatic-switch" checked={found.automatic} loading={change.isPending} aria-labelledby="automatic-label" aria-describedby="automatic-text" onChange={(on) => change.mutate(on)} />
        <label id="automatic-label" htmlFor="automatic-switch">
          {t(found.automatic ? "on" : "off")}
        </label>
      </div>
      {found.next_at !== null && <p className={ui.faint}>{t("next", { at: formatDateTime(locale, found.next_at) })}</p>}
      {change.error !== null && <ErrorState error={change.error} />}
    </section>
  );
}

function Runs({ runs }: { runs: readonly Run[] }) {
  const t = useTranslations("rebalance.runs");
  const table = useTranslations("common");
  const locale = useLocale();
  const text = useReasonText();
  return (
    <section className={ui.card} aria-labelledby="runs">
      <h2 id="runs">{t("title")}</h2>
      <TableView<Run>
        caption={table("tableOf", { title: t("title") })}
        rows={runs}
        keyOf={(run) => run.run_id ?? run.made_at}
        columns={[
          {
            key: "at",
            title: t("at"),
            cell: (run) => (run.run_id === null ? formatDateTime(locale, run.made_at) : <Link href={`/app/rebalance?plan=${run.run_id}`}>{formatDateTime(locale, run.made_at)}</Link>),
          },
          { key: "who", title: t("who"), cell: (run) => t(run.automatic ? "byItself" : "byYou") },
          { key: "state", title: t("state"), cell: (run) => t(`states.${run.state}`) },
          { key: "why", title: t("notes"), cell: (run) => run.notes.map((note) => <div key={note.code}>{text(note)}</div>) },
        ]}
      />
    </section>
  );
}
