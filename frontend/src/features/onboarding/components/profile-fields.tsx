"use client";
// The inputs of the profile, each with the rule it is checked by.
import { Form, Input, Select } from "antd";
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { amountOrZero, basisPoints, CURRENCY, MONEY_FIELDS, wholeNumber } from "@/features/onboarding/model";

const COUNTRIES = ["AE", "AU", "BR", "CA", "CH", "DE", "EG", "ES", "FR", "GB", "IE", "IN", "IT", "JO", "MA", "NL", "PT", "SA", "SN", "US"];
const STABILITIES = ["stable", "variable", "none"] as const;

function must(test: (text: string) => boolean, message: string) {
  return {
    validator: (_: unknown, typed: string | undefined) =>
      test((typed ?? "").trim()) ? Promise.resolve() : Promise.reject(new Error(message)),
  };
}

export function PersonalFields() {
  const t = useTranslations("profile.fields");
  const names = new Intl.DisplayNames([useLocale()], { type: "region" });
  const options = COUNTRIES.map((code) => ({ value: code, label: names.of(code) ?? code }));
  return (
    <>
      <Form.Item name="legal_name" label={t("legal_name")} extra={t("legalNameHint")} rules={[must((v) => v.length > 1, t("missing"))]}>
        <Input autoComplete="name" maxLength={200} />
      </Form.Item>
      <div className={ui.columns}>
        <Form.Item name="birth_date" label={t("birth_date")} rules={[must((v) => /^\d{4}-\d{2}-\d{2}$/.test(v), t("missing"))]}>
          <Input type="date" autoComplete="bday" />
        </Form.Item>
        <Form.Item name="country" label={t("country")} rules={[must((v) => v !== "", t("missing"))]}>
          <Select showSearch options={options} optionFilterProp="label" virtual={false} />
        </Form.Item>
      </div>
      <Form.Item name="address" label={t("address")} rules={[must((v) => v.length > 4, t("missing"))]}>
        <Input autoComplete="street-address" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="document_number"
        label={t("document_number")}
        rules={[must((v) => /^[A-Za-z0-9-]{5,20}$/.test(v), t("documentWrong"))]}
      >
        <Input dir="ltr" maxLength={20} autoComplete="off" />
      </Form.Item>
    </>
  );
}

export function FinancialFields() {
  const t = useTranslations("profile.fields");
  const locale = useLocale();
  return (
    <>
      <div className={ui.columns}>
        {MONEY_FIELDS.map((field) => (
          <Form.Item key={field} name={field} label={t(field)} rules={[must((v) => amountOrZero(v, locale) !== null, t("amountWrong"))]}>
            <Input inputMode="decimal" dir="ltr" suffix={CURRENCY} autoComplete="off" />
          </Form.Item>
        ))}
        <Form.Item name="highest_debt_rate" label={t("highest_debt_rate")} rules={[must((v) => basisPoints(v) !== null, t("numberWrong"))]}>
          <Input inputMode="decimal" dir="ltr" suffix="%" autoComplete="off" />
        </Form.Item>
        <Form.Item name="income_stability" label={t("income_stability")} rules={[must((v) => v !== "", t("missing"))]}>
          <Select virtual={false} options={STABILITIES.map((value) => ({ value, label: t(`stability.${value}`) }))} />
        </Form.Item>
        <Form.Item name="dependants" label={t("dependants")} rules={[must((v) => wholeNumber(v, 30) !== null, t("numberWrong"))]}>
          <Input inputMode="numeric" dir="ltr" autoComplete="off" />
        </Form.Item>
        <Form.Item name="horizon_years" label={t("horizon_years")} rules={[must((v) => wholeNumber(v, 60) !== null, t("numberWrong"))]}>
          <Input inputMode="numeric" dir="ltr" autoComplete="off" />
        </Form.Item>
      </div>
    </>
  );
}
