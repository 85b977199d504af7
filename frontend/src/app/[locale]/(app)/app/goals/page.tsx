import { RequireSignIn } from "@/components/require-sign-in";
import { Goals } from "@/features/goals/components/goals";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("goals");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Goals />
    </RequireSignIn>
  );
}
