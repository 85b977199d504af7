import { RequireSignIn } from "@/components/require-sign-in";
import { MoveMoney } from "@/features/transfers/components/move-money";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("transfers");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <MoveMoney />
    </RequireSignIn>
  );
}
