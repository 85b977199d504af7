"use client";
// A drafted action: what it would do, the checks it passed, and the two buttons. Nothing but a click here confirms it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { FROZEN_CODE, LiftFreeze } from "@/components/lift-freeze";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { changedAction, clockOf, drafted, standOf } from "@/features/chat/action-model";
import type { Proposal } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";
import { ActionTerms } from "@/features/chat/components/action-terms";
import type { OpenFigure } from "@/features/chat/components/answer-text";
import { actionQuery, confirmAction, useActed, useCancelAction } from "@/features/chat/queries";
import type { Action } from "@/features/chat/queries";
import { Link } from "@/lib/i18n/routing";

type Props = { proposal: Proposal; onOpen: OpenFigure };

export function ConfirmCard({ proposal, onOpen }: Props) {
  const t = useTranslations("chat.action");
  const query = useQuery(actionQuery(proposal.action));
  const action = query.data ?? drafted(proposal);
  const now = useNow(action.state === "proposed");
  const stand = standOf(action, now);
  return (
    <section className={css.action} aria-label={t(`kinds.${action.kind}`)} data-testid={`action-${stand}`}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h4>{t(`kinds.${action.kind}`)}</h4>
        <span className={TAGS[stand]}>{t(`states.${stand}`)}</span>
      </div>
      <ActionTerms action={action} onOpen={onOpen} />
      {query.error !== null && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {stand === "proposed" && <Answer action={action} openMs={Date.parse(action.expires_at) - now} />}
      {stand !== "proposed" && <Outcome action={action} stand={stand} />}
    </section>
  );
}

const TAGS: Record<Action["state"], string> = {
  proposed: `${ui.tag} ${ui.tagWait}`,
  confirmed: `${ui.tag} ${ui.tagWait}`,
  executed: `${ui.tag} ${ui.tagDone}`,
  refused: `${ui.tag} ${ui.tagBad}`,
  expired: ui.tag ?? "",
  cancelled: ui.tag ?? "",
};

const TICK_MS = 1_000;

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

/** Confirm with a fresh code, or cancel; a preview that has changed is shown first. */
function Answer({ action, openMs }: { action: Action; openMs: number }) {
  const t = useTranslations("chat.action");
  const queries = useQueryClient();
  const acted = useActed();
  const cancel = useCancelAction(action.action_id);
  const [changed, setChanged] = useState(false);
  const confirm = useMoneyAction<string, Action>(async (id, proof) => {
    try {
      return await confirmAction(id, proof);
    } catch (refusal) {
      const { queryKey } = actionQuery(id);
      const looked = changedAction(refusal);
      setChanged(looked !== null);
      // Refused or not, the draft may stand differently now.
      if (looked !== null) queries.setQueryData(queryKey, looked);
      else if (proof.grant !== null) void queries.invalidateQueries({ queryKey });
      throw refusal;
    }
  }, acted);
  return (
    <>
      {changed && (
        <p className={`${ui.notice} ${ui.warning}`} role="alert">
          {t("changed")}
        </p>
      )}
      {confirm.error !== null && changedAction(confirm.error) === null && <ErrorState error={confirm.error} />}
      {cancel.error !== null && <ErrorState error={cancel.error} />}
      <div className={ui.row}>
        <Button type="primary" loading={confirm.pending} onClick={() => confirm.submit(action.action_id)}>
          {t("confirm")}
        </Button>
        <Button loading={cancel.isPending} disabled={confirm.pending} onClick={() => cancel.mutate()}>
          {t("cancel")}
        </Button>
        <span className={ui.faint} role="timer">
          {t("left", { time: clockOf(openMs) })}
        </span>
      </div>
      <p className={ui.faint}>{t("nothingYet")}</p>
      {confirm.dialog}
    </>
  );
}

function Outcome({ action, stand }: { action: Action; stand: Action["state"] }) {
  const t = useTranslations("chat.action");
  const errors = useTranslations("errors");
  const code = action.result?.code ?? "";
  const held = action.result?.state === "held";
  return (
    <div role="status" className={ui.stack}>
      <p>{t(stand === "executed" && held ? "outcomes.held" : `outcomes.${stand}`)}</p>
      {stand === "refused" && errors.has(code) && <p>{errors(code)}</p>}
      {stand === "refused" && code === FROZEN_CODE && <LiftFreeze />}
      {stand === "executed" && (
        <p>
          <Link href={PAGES[action.kind]}>{t("look")}</Link>
        </p>
      )}
    </div>
  );
}

/** Where what was done can be looked at. */
const PAGES: Record<Action["kind"], string> = {
  rebalance: "/app/orders", buy: "/app/orders", sell: "/app/orders", cancel_order: "/app/orders",
  deposit: "/app/transactions", withdraw: "/app/transactions", dispute_payment: "/app/transactions",
  recurring_plan: "/app/goals", goal_change: "/app/goals", freeze_account: "/app/settings/security",
};
