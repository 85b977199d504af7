import { RequireSignIn } from "@/components/require-sign-in";
import { CaseView } from "@/features/fraud/components/case-view";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("fraudCase");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <CaseView />
    </RequireSignIn>
  );
}
