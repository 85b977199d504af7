"use client";
// The chat on a page of its own; the open conversation stands in the address.
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { Heading } from "@/components/heading";
import { Loading } from "@/components/states";
import css from "@/features/chat/chat.module.css";
import { ChatDesk } from "@/features/chat/components/chat-desk";
import { conversationIn } from "@/features/chat/model";
import { Link, usePathname, useRouter } from "@/lib/i18n/routing";

export function ChatPage() {
  const t = useTranslations("chat");
  return (
    <div className={css.page} data-fills>
      <div className={css.bar}>
        <Heading title={t("title")} />
        <Link className={css.back} href="/app/dashboard">
          {t("back")}
        </Link>
      </div>
      <Suspense fallback={<Loading />}>
        <Desk />
      </Suspense>
    </div>
  );
}

function Desk() {
  const router = useRouter();
  const path = usePathname();
  const conversation = conversationIn(useSearchParams());
  const open = (id: string | null) => router.replace(id === null ? path : `${path}?id=${id}`, { scroll: false });
  return <ChatDesk conversation={conversation} onOpen={open} />;
}
