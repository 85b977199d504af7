"use client";
// Where a message is written: Enter sends, Shift and Enter make a line; what was typed stays until it is sent.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useId } from "react";
import type { KeyboardEvent, RefObject } from "react";

import ui from "@/components/ui.module.css";
import { lengthOf } from "@/features/chat/answer";
import css from "@/features/chat/chat.module.css";
import { MAX_CHARACTERS, NEAR_MAX } from "@/features/chat/model";

type Props = {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  /** Given while an answer is written: there is one at a time. */
  onStop: (() => void) | null;
  stopping: boolean;
  pending: boolean;
};

export function Composer({ field, text, onText, onSend, onStop, stopping, pending }: Props) {
  const t = useTranslations("chat.composer");
  const id = useId();
  const length = lengthOf(text);
  const tooLong = length > MAX_CHARACTERS;
  const ready = text.trim() !== "" && !tooLong && !pending && onStop === null;
  const send = () => {
    if (ready) onSend();
  };
  const keyDown = (event: KeyboardEvent) => {
    // A word that is still being composed (Chinese, Japanese) is ended by Enter, not sent.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={css.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor={id} className={ui.label}>
        {t("label")}
      </label>
      <div className={css.write}>
        <textarea
          ref={field}
          id={id}
          rows={1}
          dir="auto"
          value={text}
          aria-describedby={`${id}-hint`}
          aria-invalid={tooLong}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={keyDown}
        />
        {onStop === null ? (
          <Button type="primary" htmlType="submit" disabled={!ready} loading={pending}>
            {t("send")}
          </Button>
        ) : (
          <Button onClick={onStop} loading={stopping}>
            {t("stop")}
          </Button>
        )}
      </div>
      <p id={`${id}-hint`} className={tooLong ? ui.negative : ui.faint}>
        {length >= NEAR_MAX ? t("count", { length, max: MAX_CHARACTERS }) : t("hint")}
      </p>
    </form>
  );
}
