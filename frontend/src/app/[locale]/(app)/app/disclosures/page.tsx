import { RequireSignIn } from "@/components/require-sign-in";
import { Disclosures } from "@/features/onboarding/components/disclosures";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("disclosures");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Disclosures />
    </RequireSignIn>
  );
}
