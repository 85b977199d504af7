import { RequireSignIn } from "@/components/require-sign-in";
import { Recommendation } from "@/features/advice/components/recommendation";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("recommendation");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Recommendation />
    </RequireSignIn>
  );
}
