import { RequireSignIn } from "@/components/require-sign-in";
import { TaskList } from "@/features/onboarding/components/task-list";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("start");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <TaskList />
    </RequireSignIn>
  );
}
