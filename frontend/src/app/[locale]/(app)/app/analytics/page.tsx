import { RequireSignIn } from "@/components/require-sign-in";
import { Analytics } from "@/features/analytics/components/analytics";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("analytics");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Analytics />
    </RequireSignIn>
  );
}
