import { SignUp } from "@/features/auth/components/sign-up";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("signup");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <SignUp />
  );
}
