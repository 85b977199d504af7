import { RequireSignIn } from "@/components/require-sign-in";
import { TwoFactor } from "@/features/auth/components/two-factor";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("twoFactor");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <TwoFactor />
    </RequireSignIn>
  );
}
