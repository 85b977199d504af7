"use client";
// One case: the typed facts, its history, and a decision with a reason the person will read.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Radio, Select } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { SecondPersonNotice } from "@/features/onboarding/components/second-person";
import { isOnlyProposal } from "@/features/onboarding/model";
import { reviewQuery, useClaim, useDecide } from "@/features/onboarding/queries";
import type { KycDecisionIn, KycReview } from "@/features/onboarding/queries";
import { formatDateTime, formatDay } from "@/lib/dates";
import { meQuery } from "@/lib/me";

const DECISIONS = ["approve", "request_resubmission", "reject"] as const;
// An approval can only be undone.
const LATE_DECISIONS = ["reject"] as const;
const PROPOSED = ["proposed_approve", "proposed_reject"] as const;
const REASONS = [
  "data_matches", "name_mismatch", "birth_date_implausible", "address_incomplete", "document_number_invalid",
  "under_age", "country_not_served", "duplicate_person", "could_not_verify",
] as const;

type Values = Omit<KycDecisionIn, "revision">;

export function KycCaseView({ caseId, onClose }: { caseId: string; onClose: () => void }) {
  const t = useTranslations("kycDesk");
  const review = useQuery(reviewQuery(caseId));
  return (
    <div className={ui.stack}>
      <div>
        <Button onClick={onClose}>{t("back")}</Button>
      </div>
      <Ready query={review}>
        {(found) => (
          <div className={ui.main}>
            <Facts found={found} />
            <Decide found={found} onDone={onClose} />
          </div>
        )}
      </Ready>
    </div>
  );
}

function Facts({ found }: { found: KycReview }) {
  const t = useTranslations("kyc.facts");
  const desk = useTranslations("kycDesk");
  const states = useTranslations("kyc.states");
  const locale = useLocale();
  const eventWords = (event: KycReview["history"][number], at: string) => {
    const proposed = PROPOSED.find((word) => word === event.reason);
    return proposed ? desk(`events.${proposed}`, { at }) : desk("event", { state: states(`${event.state}.title`), at });
  };
  return (
    <section className={ui.card} aria-labelledby="facts">
      <h2 id="facts">{desk("facts")}</h2>
      <dl className={ui.facts}>
        {(["legal_name", "country", "address", "document_number"] as const).map((line) => (
          <div key={line}>
            <dt>{t(line)}</dt>
            <dd>{found[line]}</dd>
          </div>
        ))}
        <div>
          <dt>{t("birth_date")}</dt>
          <dd>{desk("age", { day: formatDay(locale, found.birth_date), years: found.age_years })}</dd>
        </div>
      </dl>
      <h3>{desk("history")}</h3>
      <ul>
        {found.history.map((event) => (
          <li key={event.at + event.state}>
            {eventWords(event, formatDateTime(locale, event.at))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decide({ found, onDone }: { found: KycReview; onDone: () => void }) {
  const t = useTranslations("kycDesk");
  const me = useQuery(meQuery).data;
  const isLate = found.state === "approved";
  const isMine = found.state === "in_review" && found.reviewer_id === me?.id;
  return (
    <section className={ui.card}>
      <h2>{t("decide")}</h2>
      <SecondPersonNotice found={found} />
      {!found.proposed_by_me && (isLate || isMine ? <Decision found={found} onDone={onDone} /> : <Claim found={found} />)}
    </section>
  );
}

function Claim({ found }: { found: KycReview }) {
  const t = useTranslations("kycDesk");
  const claim = useClaim();
  return (
    <>
      <p>{t("claimFirst")}</p>
      {claim.error !== null && <ErrorState error={claim.error} />}
      <Button type="primary" loading={claim.isPending} onClick={() => claim.mutate(found.case_id)}>
        {t("claim")}
      </Button>
    </>
  );
}

function Decision({ found, onDone }: { found: KycReview; onDone: () => void }) {
  const t = useTranslations("kycDesk");
  const reasons = useTranslations("kyc.reasons");
  const decide = useDecide();
  const [form] = Form.useForm<Values>();
  const decisions = found.state === "approved" ? LATE_DECISIONS : DECISIONS;
  const chosen = Form.useWatch("decision", form) ?? decisions[0];
  const submit = (values: Values) =>
    decide.mutate({ id: found.case_id, body: { ...values, revision: found.revision } }, { onSuccess: onDone });
  return (
    <>
      {decide.error !== null && <ErrorState error={decide.error} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={submit}
        initialValues={{
          decision: decisions[0],
          reason: decisions[0] === "approve" ? "data_matches" : "could_not_verify",
          staff_note: "",
        }}
      >
        <Form.Item name="decision" label={t("decision")}>
          <Radio.Group options={decisions.map((value) => ({ value, label: t(`decisions.${value}`) }))} />
        </Form.Item>
        <Form.Item name="reason" label={t("reason")} extra={t("reasonHint")}>
          <Select virtual={false} options={REASONS.map((value) => ({ value, label: reasons(value) }))} />
        </Form.Item>
        <Form.Item name="staff_note" label={t("note")} extra={t("noteHint")}>
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={decide.isPending}>
          {t(isOnlyProposal(found, chosen) ? "propose" : "submit")}
        </Button>
      </Form>
    </>
  );
}
