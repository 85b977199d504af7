// The one place that says how a language shows in an address: always the first segment.
import { createNavigation } from "next-intl/navigation";
import { defineRouting } from "next-intl/routing";

import { DEFAULT_LOCALE, LOCALE_CODES } from "@/lib/i18n/locales";

export const routing = defineRouting({
  locales: LOCALE_CODES,
  defaultLocale: DEFAULT_LOCALE,
  localePrefix: "always",
  localeCookie: false,
});

export const { Link, usePathname, useRouter } = createNavigation(routing);
