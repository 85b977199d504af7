import { RequireSignIn } from "@/components/require-sign-in";
import { Queue } from "@/features/fraud/components/queue";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("fraud");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Queue />
    </RequireSignIn>
  );
}
