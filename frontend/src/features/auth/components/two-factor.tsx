"use client";
// Switches two-step verification on: scan, type the first code, keep the recovery codes.
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { cleanCode, groupedSecret, isTotpCode, svgDataUri } from "@/features/auth/model";
import { useBeginTotp, useConfirmTotp } from "@/features/auth/queries";
import { Link } from "@/lib/i18n/routing";
import { meQuery } from "@/lib/me";

export function TwoFactor() {
  const t = useTranslations("twoFactor");
  const me = useQuery(meQuery);
  const confirm = useConfirmTotp();
  if (confirm.data !== undefined) return <RecoveryCodes codes={confirm.data.recovery_codes} />;
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={me}>
        {(person) => (person.totp_enabled ? <AlreadyOn /> : <Enrol confirm={confirm} />)}
      </Ready>
    </div>
  );
}

function AlreadyOn() {
  const t = useTranslations("twoFactor");
  return (
    <div className={ui.card}>
      <p>{t("on")}</p>
      <Link href="/app/start">{t("continue")}</Link>
    </div>
  );
}

function Enrol({ confirm }: { confirm: ReturnType<typeof useConfirmTotp> }) {
  const t = useTranslations("twoFactor");
  const begin = useBeginTotp();
  const asked = useRef(false);
  const { mutate } = begin;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  if (begin.error !== null) return <ErrorState error={begin.error} onRetry={() => mutate()} />;
  if (begin.data === undefined) return <Loading rows={6} />;
  const check = (_: unknown, typed: string | undefined) =>
    isTotpCode(cleanCode(typed ?? "")) ? Promise.resolve() : Promise.reject(new Error(t("wrong")));
  return (
    <div className={ui.card}>
      <p>{t("scan")}</p>
      {/* eslint-disable-next-line @next/next/no-img-element -- a data address, nothing to optimise */}
      <img className={ui.qr} src={svgDataUri(begin.data.qr_svg)} alt={t("qr")} />
      <p className={ui.faint}>{t("orType")}</p>
      <p className={ui.secret} data-testid="totp-secret">
        {groupedSecret(begin.data.secret)}
      </p>
      {confirm.error !== null && <ErrorState error={confirm.error} />}
      <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={({ code }) => confirm.mutate(cleanCode(code))}>
        <Form.Item name="code" label={t("code")} rules={[{ validator: check }]} validateTrigger="onSubmit">
          <Input autoComplete="one-time-code" inputMode="numeric" dir="ltr" size="large" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={confirm.isPending}>
          {t("submit")}
        </Button>
      </Form>
    </div>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const t = useTranslations("twoFactor.codes");
  const text = codes.join("\n");
  return (
    <div className={`${ui.page} ${ui.narrow}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.card}>
        <ul className={ui.codes}>
          {codes.map((code) => (
            <li key={code} className={ui.secret}>
              {code}
            </li>
          ))}
        </ul>
        <div className={ui.row}>
          <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="finnami-recovery-codes.txt">
            {t("download")}
          </a>
        </div>
        <Link href="/app/start">
          <Button type="primary" size="large" block>
            {t("kept")}
          </Button>
        </Link>
      </div>
    </div>
  );
}
