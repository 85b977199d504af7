import { RequireSignIn } from "@/components/require-sign-in";
import { KycDesk } from "@/features/onboarding/components/kyc-desk";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("kycReview");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <KycDesk />
    </RequireSignIn>
  );
}
