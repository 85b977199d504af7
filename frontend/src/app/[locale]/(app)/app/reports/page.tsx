import { RequireSignIn } from "@/components/require-sign-in";
import { Reports } from "@/features/reports/components/reports";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("reports");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Reports />
    </RequireSignIn>
  );
}
