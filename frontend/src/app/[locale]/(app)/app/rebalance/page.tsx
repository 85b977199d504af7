import { RequireSignIn } from "@/components/require-sign-in";
import { Rebalance } from "@/features/rebalance/components/rebalance";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("rebalance");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Rebalance />
    </RequireSignIn>
  );
}
