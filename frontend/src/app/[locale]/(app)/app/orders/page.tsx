import { RequireSignIn } from "@/components/require-sign-in";
import { Orders } from "@/features/portfolio/components/orders";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("orders");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Orders />
    </RequireSignIn>
  );
}
