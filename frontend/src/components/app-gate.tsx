"use client";
// Renders app pages in the browser only: they have no data at build time, and their files stay small.
import { AntdRegistry } from "@ant-design/nextjs-registry";
import { QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import { NextIntlClientProvider } from "next-intl";
import type { AbstractIntlMessages } from "next-intl";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";

import { AppShell } from "@/components/app-shell";
import { directionOf } from "@/lib/i18n/locales";
import { makeQueryClient } from "@/lib/query-client";
import { applyScheme, useScheme } from "@/lib/scheme";
import { antdConfig } from "@/lib/theme";

const never = () => () => undefined;

type Props = { locale: string; waiting: ReactNode; dock: ReactNode; children: ReactNode };

export function AppGate({ locale, waiting, dock, children }: Props) {
  const inBrowser = useSyncExternalStore(never, () => true, () => false);
  const [messages, setMessages] = useState<AbstractIntlMessages | null>(null);
  useEffect(() => {
    let here = true;
    void import(`@messages/${locale}.json`).then((loaded: { default: AbstractIntlMessages }) => {
      if (here) setMessages(loaded.default);
    });
    return () => {
      here = false;
    };
  }, [locale]);
  if (!inBrowser || messages === null) return waiting;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <NextIntlClientProvider locale={locale} messages={messages} timeZone={zone}>
      <Providers locale={locale} dock={dock}>
        {children}
      </Providers>
    </NextIntlClientProvider>
  );
}

function Providers({ locale, dock, children }: Omit<Props, "waiting">) {
  const [client] = useState(makeQueryClient);
  const scheme = useScheme();
  useEffect(() => applyScheme(scheme), [scheme]);
  return (
    <AntdRegistry>
      <ConfigProvider direction={directionOf(locale)} theme={antdConfig(scheme)} wave={{ disabled: true }}>
        <QueryClientProvider client={client}>
          <AppShell dock={dock}>{children}</AppShell>
        </QueryClientProvider>
      </ConfigProvider>
    </AntdRegistry>
  );
}
