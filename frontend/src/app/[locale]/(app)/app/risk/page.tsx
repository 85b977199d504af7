import { RequireSignIn } from "@/components/require-sign-in";
import { RiskFlow } from "@/features/onboarding/components/risk-flow";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("risk");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <RiskFlow />
    </RequireSignIn>
  );
}
