"use client";
// A trial installation sends no letters: the newest one of a kind can be read, and its code used, right here.
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { mailboxQuery } from "@/features/auth/queries";
import { pendingEmail } from "@/lib/pending-email";

type Props = {
  kind: "verify_email" | "reset_password";
  resend: { mutate: (email: string) => void; isPending: boolean; isSuccess: boolean };
  onCode: (code: string) => void;
};

export function SandboxMailbox({ kind, resend, onCode }: Props) {
  const t = useTranslations("verify");
  const [email, setEmail] = useState(pendingEmail());
  const [asked, setAsked] = useState(false);
  const mailbox = useQuery({ ...mailboxQuery(email), enabled: asked && email.includes("@") });
  const letters = (mailbox.data?.messages ?? []).filter((letter) => letter.action_code !== null && letter.kind === kind);
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-labelledby="mailbox">
      <h2 id="mailbox">{t("mailbox.title")}</h2>
      <p className={ui.faint}>{t("mailbox.text")}</p>
      <label htmlFor="mailbox-email">{t("mailbox.email")}</label>
      <Input id="mailbox-email" type="email" dir="ltr" value={email} onChange={(event) => setEmail(event.target.value)} />
      <div className={ui.row}>
        <Button loading={mailbox.isFetching} onClick={() => (asked ? void mailbox.refetch() : setAsked(true))}>
          {t("mailbox.open")}
        </Button>
        <Button type="text" loading={resend.isPending} onClick={() => resend.mutate(email)}>
          {t("resend")}
        </Button>
      </div>
      {mailbox.error !== null && <ErrorState error={mailbox.error} />}
      {resend.isSuccess && <p role="status">{t(kind === "verify_email" ? "resent" : "resentReset")}</p>}
      {mailbox.isSuccess && letters.length === 0 && <p role="status">{t("mailbox.empty")}</p>}
      {letters.slice(0, 1).map((letter) => (
        <div key={letter.id} className={ui.row}>
          <span>{letter.subject}</span>
          <Button type="primary" onClick={() => onCode(letter.action_code ?? "")}>
            {t("mailbox.use")}
          </Button>
        </div>
      ))}
    </section>
  );
}
