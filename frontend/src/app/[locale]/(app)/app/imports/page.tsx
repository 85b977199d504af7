import { RequireSignIn } from "@/components/require-sign-in";
import { Imports } from "@/features/imports/components/imports";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("imports");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Imports />
    </RequireSignIn>
  );
}
