import { RequireSignIn } from "@/components/require-sign-in";
import { PortfolioTable } from "@/features/portfolio/components/portfolio-table";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("portfolio");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <PortfolioTable />
    </RequireSignIn>
  );
}
