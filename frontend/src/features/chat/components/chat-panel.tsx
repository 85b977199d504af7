"use client";
// The chat beside a page: full screen on a phone, a strip at the end of the line elsewhere.
import { Drawer } from "antd";
import { useLocale, useTranslations } from "next-intl";

import css from "@/features/chat/chat.module.css";
import { ChatDesk } from "@/features/chat/components/chat-desk";
import { directionOf } from "@/lib/i18n/locales";
import { Link } from "@/lib/i18n/routing";

type Props = { open: boolean; onClose: () => void; conversation: string | null; onOpen: (id: string | null) => void };

export function ChatPanel({ open, onClose, conversation, onOpen }: Props) {
  const t = useTranslations("chat");
  const rtl = directionOf(useLocale()) === "rtl";
  const page = conversation === null ? "/app/chat" : `/app/chat?id=${conversation}`;
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={t("title")}
      placement={rtl ? "left" : "right"}
      size="min(100vw, 30rem)"
      push={false}
      extra={
        <Link href={page} onClick={onClose}>
          {t("toPage")}
        </Link>
      }
      closeIcon={<span aria-hidden="true">{"✕"}</span>}
      closable={{ "aria-label": t("close") }}
      styles={{ body: { padding: 0, display: "grid" } }}
      classNames={{ body: css.panel }}
    >
      <ChatDesk conversation={conversation} onOpen={onOpen} />
    </Drawer>
  );
}
