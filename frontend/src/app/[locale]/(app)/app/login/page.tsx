import { LogIn } from "@/features/auth/components/log-in";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("login");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <LogIn />
  );
}
