"use client";
// All conversations: found by words, opened, begun anew.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import css from "@/features/chat/chat.module.css";
import { ConversationLine } from "@/features/chat/components/conversation-line";
import { ProviderButton } from "@/features/chat/components/provider-button";
import { conversationsQuery, searchQuery } from "@/features/chat/queries";
import { formatDate } from "@/lib/dates";

type Props = { chosen: string | null; onOpen: (id: string | null) => void };

export function Conversations({ chosen, onOpen }: Props) {
  const t = useTranslations("chat.list");
  const [words, setWords] = useState("");
  const [wanted, setWanted] = useState("");
  return (
    <section className={css.list} aria-label={t("title")}>
      <div className={`${ui.row} ${ui.spread}`}>
        <h2>{t("title")}</h2>
        <Button size="small" onClick={() => onOpen(null)}>
          {t("new")}
        </Button>
        <span className={css.wideOnly}>
          <ProviderButton />
        </span>
      </div>
      <form
        role="search"
        className={css.search}
        onSubmit={(event) => {
          event.preventDefault();
          setWanted(words.trim());
        }}
      >
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={words}
          maxLength={100}
          allowClear={{ clearIcon: <span aria-hidden="true">{"✕"}</span> }}
          onChange={(event) => {
            setWords(event.target.value);
            if (event.target.value === "") setWanted("");
          }}
        />
        <Button htmlType="submit" disabled={words.trim().length < 2}>
          {t("find")}
        </Button>
      </form>
      {wanted === "" ? <All chosen={chosen} onOpen={onOpen} /> : <Hits words={wanted} onOpen={onOpen} />}
    </section>
  );
}

function All({ chosen, onOpen }: Props) {
  const t = useTranslations("chat.list");
  const query = useInfiniteQuery(conversationsQuery);
  if (query.isPending) return <Loading rows={4} />;
  if (query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const found = query.data.pages.flatMap((page) => page.conversations);
  if (found.length === 0) return <p className={ui.faint}>{t("empty")}</p>;
  return (
    <>
      <ul className={css.lines}>
        {found.map((one) => (
          <ConversationLine key={one.conversation_id} conversation={one} chosen={one.conversation_id === chosen} onOpen={onOpen} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </>
  );
}

function Hits({ words, onOpen }: { words: string; onOpen: (id: string) => void }) {
  const t = useTranslations("chat.list");
  const locale = useLocale();
  const query = useQuery(searchQuery(words));
  if (query.isPending) return <Loading rows={3} />;
  if (query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { hits, complete } = query.data;
  return (
    <>
      <p role="status" className={ui.faint}>
        {hits.length === 0 ? t("none") : t("hits", { count: hits.length })} {!complete && t("notAll")}
      </p>
      <ul className={css.lines}>
        {hits.map((hit) => (
          <li key={`${hit.turn_id}-${hit.role}`} className={css.line}>
            <button type="button" className={css.lineName} onClick={() => onOpen(hit.conversation_id)}>
              <strong dir="auto">{hit.title}</strong>
              <span className={css.snippet} dir="auto">
                {hit.snippet}
              </span>
              <span className={ui.faint}>{formatDate(locale, hit.at)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
