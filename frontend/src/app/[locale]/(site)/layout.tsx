import type { ReactNode } from "react";

import { SiteFrame } from "@/features/site/site-frame";
import { fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export default async function SiteLayout({ children, ...props }: LocaleParams & { children: ReactNode }) {
  return <SiteFrame locale={await fixLocale(props)}>{children}</SiteFrame>;
}
