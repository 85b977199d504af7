import { RequireSignIn } from "@/components/require-sign-in";
import { AdviceDesk } from "@/features/advice/components/desk";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("adviceDesk");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <AdviceDesk />
    </RequireSignIn>
  );
}
