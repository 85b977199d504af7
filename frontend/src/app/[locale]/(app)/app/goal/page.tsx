import { RequireSignIn } from "@/components/require-sign-in";
import { GoalPage } from "@/features/goals/components/goal-page";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("goal");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <GoalPage />
    </RequireSignIn>
  );
}
