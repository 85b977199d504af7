import { RequireSignIn } from "@/components/require-sign-in";
import { KycStatus } from "@/features/onboarding/components/kyc-status";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("kyc");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <KycStatus />
    </RequireSignIn>
  );
}
