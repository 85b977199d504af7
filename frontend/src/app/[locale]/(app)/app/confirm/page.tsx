import { ConfirmPayment } from "@/features/fraud/components/confirm";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("confirm");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <ConfirmPayment />
  );
}
