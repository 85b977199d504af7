"use client";
// A message as it would leave: tried here, sent nowhere.
import { Button, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useId, useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { Counts } from "@/features/chat/components/redaction-counts";
import { useRedactionPreview } from "@/features/chat/consent-queries";
import type { ConsentText } from "@/features/chat/consent-queries";
import { MAX_CHARACTERS } from "@/features/chat/model";

export function RedactionPreview({ share, kinds }: { share: boolean; kinds: ConsentText["kinds"] }) {
  const t = useTranslations("chat.outside");
  const locale = useLocale();
  const id = useId();
  const [text, setText] = useState("");
  const preview = useRedactionPreview();
  return (
    <section className={`${ui.card} ${ui.quiet}`} aria-label={t("previewTitle")}>
      <h3>{t("previewTitle")}</h3>
      <label htmlFor={id}>{t("previewLabel")}</label>
      <Input.TextArea id={id} dir="auto" rows={3} maxLength={MAX_CHARACTERS} value={text} onChange={(event) => setText(event.target.value)} />
      <div>
        <Button disabled={text.trim() === ""} loading={preview.isPending} onClick={() => preview.mutate({ text, locale, share_figures: share })}>
          {t("previewButton")}
        </Button>
      </div>
      {preview.error !== null && <ErrorState error={preview.error} />}
      {preview.data !== undefined && (
        <div role="status" className={ui.stack}>
          <p className={ui.code} dir="auto" data-testid="redacted" style={{ whiteSpace: "pre-wrap" }}>
            {preview.data.text}
          </p>
          <Counts counts={preview.data.counts} kinds={kinds} />
        </div>
      )}
    </section>
  );
}
