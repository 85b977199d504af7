import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { AppGate } from "@/components/app-gate";
import { ChatDock } from "@/features/chat/components/chat-dock";
import { fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export default async function AppLayout({ children, ...props }: LocaleParams & { children: ReactNode }) {
  const locale = await fixLocale(props);
  const t = await getTranslations({ locale, namespace: "common" });
  const waiting = (
    <div style={{ minHeight: "100dvh", display: "grid", placeContent: "center" }}>
      <p role="status">{t("loading")}</p>
      <noscript>{t("needsScript")}</noscript>
    </div>
  );
  return (
    <AppGate locale={locale} waiting={waiting} dock={<ChatDock />}>
      {children}
    </AppGate>
  );
}
