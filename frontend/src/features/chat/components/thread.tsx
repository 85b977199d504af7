"use client";
// A conversation: its turns, the oldest on top, and the field below; at the end new words stay in sight.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import css from "@/features/chat/chat.module.css";
import { Announcer } from "@/features/chat/components/announcer";
import { Composer } from "@/features/chat/components/composer";
import { TurnView } from "@/features/chat/components/turn-view";
import { turnsOf } from "@/features/chat/model";
import { messagesQuery, useBegin } from "@/features/chat/queries";
import type { StoredTurn } from "@/features/chat/queries";
import { useTalk, useTalks } from "@/features/chat/use-talks";

type Props = { conversation: string | null; onOpen: (id: string) => void };

const NO_TURNS: readonly StoredTurn[] = [];

export function Thread({ conversation, onOpen }: Props) {
  const t = useTranslations("chat");
  const locale = useLocale();
  const talks = useTalks();
  const talk = useTalk(conversation);
  const query = useInfiniteQuery({ ...messagesQuery(conversation ?? ""), enabled: conversation !== null });
  const stored = query.data?.pages.flatMap((page) => page.turns) ?? NO_TURNS;
  const turns = turnsOf(stored, talk);
  const running = turns.findLast((turn) => turn.phase === "writing");
  const begin = useBegin();
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useFollowed(conversation, stored);

  const send = async (words: string) => {
    const id = conversation ?? (await begin.mutateAsync()).conversation_id;
    talks.send(id, { client_message_id: `m-${crypto.randomUUID()}`, text: words, locale });
    setText((now) => (now.trim() === words ? "" : now));
    if (conversation === null) onOpen(id);
  };
  const ask = (words: string) => {
    // A second press while the conversation is being made sends nothing twice.
    if (begin.isPending || running !== undefined) return;
    field.current?.focus();
    send(words.trim()).catch(() => undefined);
  };
  const waiting = conversation !== null && query.isPending && talk.length === 0;
  return (
    <section className={css.thread} aria-label={t("thread")}>
      <Scroller mark={`${turns.length} ${running?.answer.seq ?? ""}`} conversation={conversation}>
        {query.hasNextPage && (
          <div>
            <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("earlier")}
            </Button>
          </div>
        )}
        {waiting && <Loading rows={4} />}
        {query.error !== null && turns.length === 0 && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {!waiting && turns.length === 0 && query.error === null && <Welcome onAsk={ask} />}
        <ol className={css.turns}>
          {turns.map((turn) => (
            <TurnView
              key={turn.id}
              turn={turn}
              onResume={() => conversation !== null && talks.resume(conversation, turn.id)}
              onAgain={() => ask(turn.question)}
            />
          ))}
        </ol>
      </Scroller>
      <Announcer turn={turns.findLast((turn) => talk.some((one) => one.message.client_message_id === turn.id))} />
      {begin.error !== null && <ErrorState error={begin.error} />}
      <Composer
        field={field}
        text={text}
        onText={setText}
        onSend={() => ask(text)}
        onStop={running === undefined || conversation === null ? null : () => void talks.stop(conversation, running.id)}
        stopping={running?.stopping ?? false}
        pending={begin.isPending}
      />
    </section>
  );
}

/** An answer that is still open on the server, but not followed here, is followed: it ends when nobody reads it. */
function useFollowed(conversation: string | null, stored: readonly StoredTurn[]): void {
  const talks = useTalks();
  const open = stored.find((turn) => turn.open);
  useEffect(() => {
    if (conversation !== null && open !== undefined) talks.follow(conversation, open);
  }, [conversation, open, talks]);
}

function Welcome({ onAsk }: { onAsk: (text: string) => void }) {
  const t = useTranslations("chat.welcome");
  return (
    <div className={css.welcome}>
      <h2>{t("title")}</h2>
      <p className={ui.faint}>{t("text")}</p>
      <ul>
        {(["one", "two", "three"] as const).map((key) => (
          <li key={key}>
            <Button onClick={() => onAsk(t(key))}>{t(key)}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const NEAR_END_PX = 80;

/** Scrolls by itself, and stays at the end as long as the reader is there; who scrolled up is left alone. */
function Scroller({ mark, conversation, children }: { mark: string; conversation: string | null; children: React.ReactNode }) {
  const t = useTranslations("chat");
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    atEnd.current = true;
  }, [conversation]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [mark, conversation]);
  const scrolled = () => {
    const element = box.current;
    if (element !== null) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
  };
  return (
    <div ref={box} className={css.scroller} onScroll={scrolled} tabIndex={0} role="region" aria-label={t("messages")}>
      {children}
    </div>
  );
}
