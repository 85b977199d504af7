import { RequireSignIn } from "@/components/require-sign-in";
import { GoalsSummary } from "@/features/goals/components/goals-summary";
import { Dashboard } from "@/features/portfolio/components/dashboard";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("dashboard");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <Dashboard goals={<GoalsSummary />} />
    </RequireSignIn>
  );
}
