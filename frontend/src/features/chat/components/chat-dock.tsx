"use client";
// The button that opens the chat beside any page; the chat itself is loaded when it is first wanted.
import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useState } from "react";

import shell from "@/components/shell.module.css";
import { usePathname } from "@/lib/i18n/routing";

const ChatPanel = dynamic(() => import("@/features/chat/components/chat-panel").then((loaded) => loaded.ChatPanel), { ssr: false });

export function ChatDock() {
  const t = useTranslations("chat");
  const path = usePathname();
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const [conversation, setConversation] = useState<string | null>(null);
  if (path === "/app/chat") return null;
  return (
    <>
      <button
        type="button"
        className={`${shell.tool} ${shell.ask}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setWanted(true);
          setOpen(true);
        }}
      >
        {t("open")}
      </button>
      {wanted && <ChatPanel open={open} onClose={() => setOpen(false)} conversation={conversation} onOpen={setConversation} />}
    </>
  );
}
