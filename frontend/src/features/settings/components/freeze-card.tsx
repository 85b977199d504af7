"use client";
// A person's own stop for all her money: at once without a code, and lifted only with one.
import { useQuery } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { liftFreeze, useFreeze, useKeepFreeze } from "@/features/settings/queries";
import { formatDateTime } from "@/lib/dates";
import { freezeQuery } from "@/lib/freeze";
import type { Freeze } from "@/lib/freeze";

export function FreezeCard() {
  const t = useTranslations("security.freeze");
  const locale = useLocale();
  const freeze = useQuery(freezeQuery);
  return (
    <Ready query={freeze} rows={2}>
      {({ frozen_since: since }) => (
        <section className={ui.card} aria-labelledby="freeze">
          <div className={`${ui.row} ${ui.spread}`}>
            <h2 id="freeze">{t("title")}</h2>
            <span className={`${ui.tag} ${since === null ? ui.tagDone : ui.tagBad}`}>{t(since === null ? "notFrozen" : "frozen")}</span>
          </div>
          <p role="status">{since === null ? t("open") : t("since", { at: formatDateTime(locale, since) })}</p>
          {since === null ? <FreezeNow /> : <Lift />}
        </section>
      )}
    </Ready>
  );
}

function FreezeNow() {
  const t = useTranslations("security.freeze");
  const freeze = useFreeze();
  return (
    <>
      {freeze.error !== null && <ErrorState error={freeze.error} />}
      <div>
        <Popconfirm title={t("sure")} description={t("sureText")} okText={t("yes")} cancelText={t("no")} onConfirm={() => freeze.mutate()}>
          <Button danger loading={freeze.isPending}>
            {t("freeze")}
          </Button>
        </Popconfirm>
      </div>
    </>
  );
}

function Lift() {
  const t = useTranslations("security.freeze");
  const keep = useKeepFreeze();
  const lift = useMoneyAction<null, Freeze>((_, proof) => liftFreeze(proof.grant), (lifted) => void keep(lifted));
  return (
    <>
      {lift.error !== null && <ErrorState error={lift.error} />}
      <div>
        <Button loading={lift.pending} onClick={() => lift.submit(null)}>
          {t("lift")}
        </Button>
      </div>
      {lift.dialog}
    </>
  );
}
