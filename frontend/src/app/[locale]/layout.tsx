import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";

import "../globals.css";

import { directionOf, LOCALE_CODES } from "@/lib/i18n/locales";
import { fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const dynamicParams = false;
export const metadata: Metadata = { applicationName: "FinNami", icons: { icon: "/icon.svg" } };
export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f7f4" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1513" },
  ],
};

export function generateStaticParams() {
  return LOCALE_CODES.map((locale) => ({ locale }));
}

export default async function RootLayout({ children, ...props }: LocaleParams & { children: ReactNode }) {
  const locale = await fixLocale(props);
  return (
    <html lang={locale} dir={directionOf(locale)} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
