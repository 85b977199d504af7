import { VerifyEmail } from "@/features/auth/components/verify-email";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("verify");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <VerifyEmail />
  );
}
