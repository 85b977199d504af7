import { Recover } from "@/features/auth/components/recover";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("recover");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <Recover />
  );
}
