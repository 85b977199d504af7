import { RequireSignIn } from "@/components/require-sign-in";
import { Performance } from "@/features/portfolio/components/performance";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("performance");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Performance />
    </RequireSignIn>
  );
}
