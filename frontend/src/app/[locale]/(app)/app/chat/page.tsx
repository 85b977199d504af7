import { RequireSignIn } from "@/components/require-sign-in";
import { ChatPage } from "@/features/chat/components/chat-page";
import { appMetadata, fixLocale } from "@/lib/i18n/page";
import type { LocaleParams } from "@/lib/i18n/page";

export const generateMetadata = appMetadata("chat");

export default async function Page(props: LocaleParams) {
  await fixLocale(props);
  return (
    <RequireSignIn>
      <ChatPage />
    </RequireSignIn>
  );
}
