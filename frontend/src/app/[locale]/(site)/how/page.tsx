import { Article } from "@/features/site/article";
import { fixLocale, siteMetadata } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = siteMetadata("how");

export default async function Page(props: LocaleParams) {
  return <Article locale={await fixLocale(props)} page="how" />;
}
