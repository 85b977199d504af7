// Messages for what is rendered at build time; app pages load theirs in the browser (AppGate).
import { hasLocale } from "next-intl";
import { getRequestConfig } from "next-intl/server";

import { routing } from "@/lib/i18n/routing";

export default getRequestConfig(async ({ requestLocale }) => {
  const requested = await requestLocale;
  const locale = hasLocale(routing.locales, requested) ? requested : routing.defaultLocale;
  const messages = (await import(`@messages/${locale}.json`)).default;
  return { locale, messages, timeZone: "UTC" };
});
