"use client";
// "Was this you?": one payment, its facts and reasons. Yes takes a fresh code; no gives the money back and ends all log-ins.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useSearchParams } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { Suspense, useState } from "react";

import { Amount } from "@/components/amount";
import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { RequireSignIn } from "@/components/require-sign-in";
import { Empty, Loading, Ready } from "@/components/states";
import { StepUpDialog } from "@/components/step-up-dialog";
import ui from "@/components/ui.module.css";
import { NoticeView } from "@/features/fraud/components/notice";
import { confirmationQuery, useAnswer } from "@/features/fraud/queries";
import type { Answer } from "@/features/fraud/queries";
import { setAccessToken } from "@/lib/auth/token";
import { confirmationsKey, confirmationsQuery } from "@/lib/confirmations";
import type { Confirmation } from "@/lib/confirmations";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

/** Outside the sign-in guard: after "no" nobody is signed in any more, and that must still be said. */
export function ConfirmPayment() {
  const [ended, setEnded] = useState(false);
  if (ended) return <SignedOut />;
  return (
    <RequireSignIn>
      <div className={`${ui.page} ${ui.reading}`}>
        <Suspense fallback={<Loading />}>
          <Asked onEnded={() => setEnded(true)} />
        </Suspense>
      </div>
    </RequireSignIn>
  );
}

function Asked({ onEnded }: { onEnded: () => void }) {
  const t = useTranslations("confirm");
  const search = useSearchParams();
  const [id, decision] = [search.get("id"), search.get("decision")];
  // A refused payment asks nothing of her, but it has its reasons and its way to a person.
  if (decision !== null) {
    return (
      <>
        <Heading title={t("decisionTitle")} />
        <NoticeView decisionId={decision} alone />
      </>
    );
  }
  return (
    <>
      <Heading title={t("title")} lead={t("lead")} />
      {id === null ? <First onEnded={onEnded} /> : <One id={id} onEnded={onEnded} />}
    </>
  );
}

function First({ onEnded }: { onEnded: () => void }) {
  const t = useTranslations("confirm");
  const waiting = useQuery(confirmationsQuery);
  return (
    <Ready query={waiting}>
      {(found) =>
        found[0] === undefined ? (
          <Empty text={t("nothing")} action={<Link href="/app/dashboard">{t("toDashboard")}</Link>} />
        ) : (
          <One id={found[0].movement_id} onEnded={onEnded} />
        )
      }
    </Ready>
  );
}

function One({ id, onEnded }: { id: string; onEnded: () => void }) {
  const query = useQuery(confirmationQuery(id));
  return (
    <Ready query={query} rows={6}>
      {(found) => (
        <>
          <Facts found={found} />
          {found.state === "asked" ? <Answering found={found} onEnded={onEnded} /> : <Settled found={found} />}
          <NoticeView decisionId={found.decision_id} />
        </>
      )}
    </Ready>
  );
}

function Facts({ found }: { found: Confirmation }) {
  const t = useTranslations("confirm");
  const payments = useTranslations("fraud.payments");
  const locale = useLocale();
  const device = found.device === "" ? t("unknownDevice") : found.device;
  return (
    <section className={ui.card} aria-labelledby="payment">
      <h2 id="payment">{payments(found.kind)}</h2>
      <p className={ui.figure}>
        <Amount money={found.amount} />
      </p>
      <dl className={ui.facts}>
        <div>
          <dt>{t("at")}</dt>
          <dd>{formatDateTime(locale, found.asked_at)}</dd>
        </div>
        <div>
          <dt>{t("device")}</dt>
          <dd>
            <bdi>{device}</bdi> {found.this_device && t("thisDevice")}
          </dd>
        </div>
        {found.payee_id !== "" && (
          <div>
            <dt>{t("payee")}</dt>
            <dd>
              <bdi className={ui.code}>{found.payee_id}</bdi>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Answering({ found, onEnded }: { found: Confirmation; onEnded: () => void }) {
  const t = useTranslations("confirm");
  const queries = useQueryClient();
  const answer = useAnswer(found.movement_id);
  const [asking, setAsking] = useState<"yes" | "no" | null>(null);
  const settle = async (given: Answer) => {
    setAsking(null);
    if (given.signed_out) {
      onEnded();
      setAccessToken(null);
      queries.clear();
      return;
    }
    await queries.invalidateQueries({ queryKey: confirmationsKey });
  };
  const yes = async (code: string) => settle(await answer.mutateAsync({ was_me: true, code }));
  const no = () => answer.mutate({ was_me: false }, { onSuccess: (given) => void settle(given) });
  return (
    <section className={ui.card} aria-labelledby="answer">
      <h2 id="answer">{t("question")}</h2>
      <p>{t(found.held ? "heldText" : "askedText")}</p>
      <div className={ui.row}>
        <Button type="primary" size="large" onClick={() => setAsking("yes")}>
          {t("yes")}
        </Button>
        <Button danger size="large" onClick={() => setAsking("no")}>
          {t("no")}
        </Button>
      </div>
      {asking === "yes" && <StepUpDialog onCode={yes} onCancel={() => setAsking(null)} />}
      <Modal open={asking === "no"} title={t("noTitle")} footer={null} onCancel={() => setAsking(null)} destroyOnHidden mask={{ closable: false }}>
        <p>{t("noText")}</p>
        {answer.error !== null && <ErrorState error={answer.error} />}
        <div className={ui.row} style={{ marginBlockStart: "1rem" }}>
          <Button type="primary" danger loading={answer.isPending} onClick={no}>
            {t("noSure")}
          </Button>
          <Button onClick={() => setAsking(null)}>{t("cancel")}</Button>
        </div>
      </Modal>
    </section>
  );
}

function Settled({ found }: { found: Confirmation }) {
  const t = useTranslations("confirm");
  const after = found.state === "confirmed" ? (found.held ? "confirmedHeld" : "confirmedOpen") : found.state;
  return (
    <section className={`${ui.card} ${ui.quiet}`} role="status">
      <p>{t(`settled.${after}`)}</p>
      <div className={ui.row}>
        <Link href={after === "confirmedOpen" ? "/app/transfers" : "/app/transactions"}>{t(after === "confirmedOpen" ? "payAgain" : "toLedger")}</Link>
      </div>
    </section>
  );
}

function SignedOut() {
  const t = useTranslations("confirm.ended");
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.row}>
        <Link href="/app/recover">
          <Button type="primary" size="large">
            {t("recover")}
          </Button>
        </Link>
        <Link href="/app/login">{t("logIn")}</Link>
      </div>
    </div>
  );
}
