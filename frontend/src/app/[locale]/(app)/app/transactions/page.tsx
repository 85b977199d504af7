import { RequireSignIn } from "@/components/require-sign-in";
import { Transactions } from "@/features/transfers/components/transactions";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("transactions");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Transactions />
    </RequireSignIn>
  );
}
