import { RequireSignIn } from "@/components/require-sign-in";
import { ProfileForm } from "@/features/onboarding/components/profile-form";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("profile");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <ProfileForm />
    </RequireSignIn>
  );
}
