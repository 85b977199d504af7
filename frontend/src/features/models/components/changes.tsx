"use client";
// What was asked for: a colleague agrees with a code, who asked can only withdraw.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { standingOf } from "@/features/models/model";
import type { Standing } from "@/features/models/model";
import { changesQuery, decideChange, useDeskChanged } from "@/features/models/queries";
import type { Change, Decision } from "@/features/models/queries";
import { formatDateTime } from "@/lib/dates";
import { meQuery } from "@/lib/me";

const LOOKS: Record<Standing, string | undefined> = { asked: ui.tagWait, done: ui.tagDone, declined: ui.tagBad, expired: "" };
const SHOWN = 5;

export function Changes() {
  const t = useTranslations("models.changes");
  const query = useQuery(changesQuery);
  return (
    <Ready query={query} rows={5}>
      {(changes) => {
        const shown = changes.slice(0, SHOWN);
        const earlier = changes.slice(SHOWN);
        return (
          <section className={ui.card} aria-labelledby="changes">
            <h2 id="changes">{t("title")}</h2>
            {changes.length === 0 && <p>{t("empty")}</p>}
            <List changes={shown} now={query.dataUpdatedAt} />
            {earlier.length > 0 && (
              <details>
                <summary>{t("earlier", { count: earlier.length })}</summary>
                <List changes={earlier} now={query.dataUpdatedAt} />
              </details>
            )}
          </section>
        );
      }}
    </Ready>
  );
}

function List({ changes, now }: { changes: readonly Change[]; now: number }) {
  return (
    <ul className={ui.list}>
      {changes.map((change) => (
        <li key={change.change_id} style={{ paddingBlock: "0.75rem" }}>
          <Item change={change} standing={standingOf(change, now)} />
        </li>
      ))}
    </ul>
  );
}

function Item({ change, standing }: { change: Change; standing: Standing }) {
  const t = useTranslations("models.changes");
  const locale = useLocale();
  const me = useQuery(meQuery).data;
  const who = (id: string): ReactNode => (id === me?.id ? t("you") : <bdi className={ui.code}>{id}</bdi>);
  const facts = { id: () => who(change.asked_by), at: formatDateTime(locale, change.asked_at) };
  return (
    <div className={ui.stack} style={{ gap: "0.5rem" }}>
      <p>
        <strong>{t(`actions.${change.action}`)}</strong> <bdi className={ui.code}>{change.version}</bdi>{" "}
        <span className={`${ui.tag} ${LOOKS[standing]}`}>{t(`standing.${standing}`)}</span>
      </p>
      <p>
        <bdi>{change.reason}</bdi>
      </p>
      <p className={ui.faint}>{t.rich("asked", facts)}</p>
      {change.decided_by !== null && change.decided_at !== null && (
        <p className={ui.faint}>{t.rich("decided", { id: () => who(change.decided_by ?? ""), at: formatDateTime(locale, change.decided_at) })}</p>
      )}
      {standing === "asked" && <Decide change={change} />}
    </div>
  );
}

function Decide({ change }: { change: Change }) {
  const t = useTranslations("models.changes");
  const locale = useLocale();
  const changed = useDeskChanged();
  const action = useMoneyAction<Decision, Change>((decision, proof) => decideChange(change.change_id, decision, proof), () => void changed());
  const label = (word: "agree" | "disagree" | "withdraw") => t(`${word}To`, { action: t(`actions.${change.action}`), version: change.version });
  return (
    <>
      <p className={`${ui.notice} ${ui.warning}`}>{t(change.mine ? "waiting" : "yours", { until: formatDateTime(locale, change.expires_at) })}</p>
      {action.error !== null && <ErrorState error={action.error} onRetry={() => void changed()} />}
      <div className={ui.row}>
        {!change.mine && (
          <Button type="primary" loading={action.pending} onClick={() => action.submit("agree")} aria-label={label("agree")}>
            {t("agree")}
          </Button>
        )}
        <Button disabled={action.pending} onClick={() => action.submit("disagree")} aria-label={label(change.mine ? "withdraw" : "disagree")}>
          {t(change.mine ? "withdraw" : "disagree")}
        </Button>
      </div>
      {action.dialog}
    </>
  );
}
