import { RequireSignIn } from "@/components/require-sign-in";
import { Security } from "@/features/settings/components/security";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("security");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Security />
    </RequireSignIn>
  );
}
