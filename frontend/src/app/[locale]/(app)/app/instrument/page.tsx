import { RequireSignIn } from "@/components/require-sign-in";
import { Instrument } from "@/features/portfolio/components/instrument";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("instrument");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Instrument />
    </RequireSignIn>
  );
}
