"use client";
// One conversation in the list: opened, given another name, saved as a file, deleted after a second thought.
import { Button, Input, Popconfirm } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import css from "@/features/chat/chat.module.css";
import { useExport, useForget, useRename } from "@/features/chat/queries";
import type { Conversation } from "@/features/chat/queries";
import { useTalks } from "@/features/chat/use-talks";
import { formatDate } from "@/lib/dates";

type Props = { conversation: Conversation; chosen: boolean; onOpen: (id: string | null) => void };

const MAX_TITLE = 120;

export function ConversationLine({ conversation, chosen, onOpen }: Props) {
  const t = useTranslations("chat.list");
  const locale = useLocale();
  const [naming, setNaming] = useState(false);
  const id = conversation.conversation_id;
  const title = conversation.title || t("untitled");
  return (
    <li className={chosen ? `${css.line} ${css.chosen}` : css.line}>
      {naming ? (
        <Naming conversation={conversation} onDone={() => setNaming(false)} />
      ) : (
        <button type="button" className={css.lineName} aria-current={chosen ? "true" : undefined} onClick={() => onOpen(id)}>
          <strong dir="auto">{title}</strong>
          <span className={ui.faint}>{formatDate(locale, conversation.updated_at)}</span>
        </button>
      )}
      {chosen && !naming && <Acts id={id} title={title} onName={() => setNaming(true)} onGone={() => onOpen(null)} />}
    </li>
  );
}

function Naming({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const t = useTranslations("chat.list");
  const [title, setTitle] = useState(conversation.title);
  const rename = useRename(conversation.conversation_id);
  const save = () => {
    if (title.trim() !== "") rename.mutate(title.trim(), { onSuccess: onDone });
  };
  return (
    <form
      className={css.naming}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Input autoFocus aria-label={t("name")} dir="auto" value={title} maxLength={MAX_TITLE} onChange={(event) => setTitle(event.target.value)} onKeyDown={(event) => event.key === "Escape" && onDone()} />
      <div className={ui.row}>
        <Button size="small" type="primary" htmlType="submit" loading={rename.isPending} disabled={title.trim() === ""}>
          {t("save")}
        </Button>
        <Button size="small" onClick={onDone}>
          {t("cancel")}
        </Button>
      </div>
      {rename.error !== null && <ErrorState error={rename.error} />}
    </form>
  );
}

function Acts({ id, title, onName, onGone }: { id: string; title: string; onName: () => void; onGone: () => void }) {
  const t = useTranslations("chat.list");
  const talks = useTalks();
  const forget = useForget(id);
  const saving = useExport(id);
  const gone = () => {
    talks.forget(id);
    onGone();
  };
  return (
    <div className={css.acts}>
      <button type="button" className={ui.linkButton} onClick={onName}>
        {t("rename")}
      </button>
      <button type="button" className={ui.linkButton} disabled={saving.isPending} onClick={() => saving.mutate()}>
        {t("export")}
      </button>
      <Popconfirm
        title={t("deleteSure", { title })}
        description={t("deleteText")}
        okText={t("deleteYes")}
        cancelText={t("cancel")}
        styles={{ root: { maxInlineSize: "20rem" } }}
        onConfirm={() => forget.mutate(undefined, { onSuccess: gone })}
      >
        <button type="button" className={`${ui.linkButton} ${css.danger}`}>
          {t("delete")}
        </button>
      </Popconfirm>
      {forget.error !== null && <ErrorState error={forget.error} />}
      {saving.error !== null && <ErrorState error={saving.error} />}
    </div>
  );
}
