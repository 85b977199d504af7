"use client";
// The way to what may leave this installation; where no provider is configured there is nothing to decide.
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Ready } from "@/components/states";
import { ProviderSettings } from "@/features/chat/components/provider-settings";
import { consentQuery, providerQuery } from "@/features/chat/consent-queries";
import { directionOf } from "@/lib/i18n/locales";

export function ProviderButton() {
  const t = useTranslations("chat.outside");
  const locale = useLocale();
  const provider = useQuery(providerQuery(locale)).data;
  const consent = useQuery({ ...consentQuery, enabled: provider?.configured === true });
  const [open, setOpen] = useState(false);
  if (provider?.configured !== true) return null;
  return (
    <>
      <Button size="small" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {t("open")}
      </Button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={t("title")}
        placement={directionOf(locale) === "rtl" ? "left" : "right"}
        size="min(100vw, 34rem)"
        push={false}
        destroyOnHidden
        closeIcon={<span aria-hidden="true">{"✕"}</span>}
        closable={{ "aria-label": t("close") }}
      >
        <Ready query={consent} rows={8}>
          {(found) => <ProviderSettings provider={provider} consent={found} />}
        </Ready>
      </Drawer>
    </>
  );
}
