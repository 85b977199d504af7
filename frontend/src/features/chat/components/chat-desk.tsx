"use client";
// The chat as the page and the panel show it: conversations beside the open one, or instead of it where there is no room.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import css from "@/features/chat/chat.module.css";
import { Conversations } from "@/features/chat/components/conversations";
import { ProviderButton } from "@/features/chat/components/provider-button";
import { Thread } from "@/features/chat/components/thread";

type Props = { conversation: string | null; onOpen: (id: string | null) => void };

export function ChatDesk({ conversation, onOpen }: Props) {
  const t = useTranslations("chat");
  const [listed, setListed] = useState(false);
  // A conversation that was just made is the same thread going on, not another one.
  const [thread, setThread] = useState({ key: 0, conversation });
  if (thread.conversation !== conversation) setThread({ key: thread.key + 1, conversation });
  const made = (id: string) => {
    setThread({ key: thread.key, conversation: id });
    onOpen(id);
  };
  const open = (id: string | null) => {
    setListed(false);
    onOpen(id);
    if (id === null && conversation === null) setThread({ key: thread.key + 1, conversation });
  };
  return (
    <div className={css.desk}>
      <div className={listed ? css.both : css.only}>
        <div className={css.switch}>
          <Button size="small" aria-expanded={listed} onClick={() => setListed(!listed)}>
            {t(listed ? "toThread" : "toList")}
          </Button>
          <Button size="small" onClick={() => open(null)}>
            {t("list.new")}
          </Button>
          <ProviderButton />
        </div>
        <Conversations chosen={conversation} onOpen={open} />
        <Thread key={thread.key} conversation={conversation} onOpen={made} />
      </div>
    </div>
  );
}
