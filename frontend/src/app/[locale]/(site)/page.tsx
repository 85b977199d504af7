import { Landing } from "@/features/site/landing";
import { fixLocale, siteMetadata } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = siteMetadata("landing");

export default async function Page(props: LocaleParams) {
  return <Landing locale={await fixLocale(props)} />;
}
