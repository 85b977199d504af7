import { RequireSignIn } from "@/components/require-sign-in";
import { Models } from "@/features/models/components/models";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("models");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Models />
    </RequireSignIn>
  );
}
