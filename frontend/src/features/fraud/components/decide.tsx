"use client";
// Release or refuse, each with a reason and a fresh code; a large release waits for a second, different person.
import { Button, Form, Input, Radio } from "antd";
import { useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { useMoneyAction } from "@/components/use-money-action";
import { decide, useDeskChanged } from "@/features/fraud/queries";
import type { Decision, FraudCase } from "@/features/fraud/queries";

type Values = { yes: boolean; note: string };

export function Decide({ found }: { found: FraudCase }) {
  const t = useTranslations("fraud.decide");
  const changed = useDeskChanged();
  const second = found.state === "awaiting_second";
  const action = useMoneyAction<Decision, FraudCase>((input, proof) => decide(found.case_id, input, proof), () => void changed());
  const proposal = found.proposal;
  if (second && proposal?.mine === true) {
    return (
      <section className={ui.card}>
        <h2>{t("title")}</h2>
        <p>{t("yourProposal")}</p>
      </section>
    );
  }
  // A review or a sample holds nothing: its decision only says what the payment was.
  const label = found.case_kind === "review" || found.case_kind === "sample";
  const words = second ? ["agree", "disagree"] : label ? ["legit", "fraud"] : ["release", "refuse"];
  const denied = found.customer_answer === "no";
  return (
    <section className={ui.card} aria-labelledby="decide">
      <h2 id="decide">{t(second ? "secondTitle" : "title")}</h2>
      {second && proposal !== null && (
        <p className={ui.notice}>
          {t("proposal", { who: proposal.analyst_id })} <bdi>{proposal.note}</bdi>
        </p>
      )}
      {!second && found.needs_second && <p className={ui.notice}>{t("needsSecond")}</p>}
      {label && <p className={ui.notice}>{t("noMoney")}</p>}
      {denied && <p className={`${ui.notice} ${ui.warning}`}>{t("denied")}</p>}
      {action.error !== null && <ErrorState error={action.error} />}
      <Form<Values> name="decide" layout="vertical" requiredMark={false} onFinish={(values) => action.submit({ second, ...values })} onValuesChange={action.changed}>
        <Form.Item name="yes" label={t(label ? "whatFound" : "what")} rules={[{ required: true, message: t("whatMissing") }]}>
          <Radio.Group options={words.map((word, at) => ({ value: at === 0, label: t(word), disabled: denied && at === 0 }))} />
        </Form.Item>
        <Form.Item name="note" label={t("note")} extra={t("noteHint")} rules={[{ required: true, whitespace: true, min: 3, message: t("noteMissing") }]}>
          <Input.TextArea rows={3} maxLength={500} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={action.pending}>
          {t("submit")}
        </Button>
      </Form>
      {action.dialog}
    </section>
  );
}
