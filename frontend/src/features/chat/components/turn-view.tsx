"use client";
// One question and its answer, with what was found, what is proposed, and what can be done next.
import { Button } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import css from "@/features/chat/chat.module.css";
import { AnswerText } from "@/features/chat/components/answer-text";
import { BadgeNote } from "@/features/chat/components/badge-note";
import { ConfirmCard } from "@/features/chat/components/confirm-card";
import { ResultCard } from "@/features/chat/components/result-card";
import { SourceDrawer } from "@/features/chat/components/source-drawer";
import type { Opened } from "@/features/chat/components/answer-text";
import { plainOf } from "@/features/chat/figures";
import { evidenceOf, nextOf } from "@/features/chat/model";
import type { Turn } from "@/features/chat/model";
import { ApiError } from "@/lib/api/problem";

type Props = { turn: Turn; onResume: () => void; onAgain: () => void };

export function TurnView({ turn, onResume, onAgain }: Props) {
  const t = useTranslations("chat");
  const [opened, setOpened] = useState<Opened | null>(null);
  const { answer } = turn;
  const evidence = evidenceOf(answer);
  const cards = answer.results.flatMap((one) => (one.card === null || one.card.rows.length === 0 ? [] : [one.card]));
  return (
    <li className={css.turn} data-testid="turn">
      <div className={css.question}>
        <h3 className="visually-hidden">{t("you")}</h3>
        <p dir="auto">{turn.question}</p>
      </div>
      <article className={css.answer} aria-label={t("adviser")} aria-busy={turn.phase === "writing"}>
        <h3 className="visually-hidden">{t("adviser")}</h3>
        {answer.disclaimer !== null && (
          <p className={`${ui.notice} ${css.small}`} lang={answer.lang ?? undefined} dir="auto" data-testid="disclaimer">
            {answer.disclaimer}
          </p>
        )}
        <AnswerText answer={answer} evidence={evidence} onOpen={setOpened} />
        {turn.phase === "writing" && <Working asking={answer.asking} />}
        {cards.map((card, at) => (
          <ResultCard key={at} card={card} evidence={evidence} onOpen={setOpened} />
        ))}
        {answer.proposals.map((one) => (
          <ConfirmCard key={one.action} proposal={one} onOpen={setOpened} />
        ))}
        <Ending turn={turn} onResume={onResume} onAgain={onAgain} />
        {turn.phase !== "writing" && (
          <div className={css.foot}>
            {answer.badge !== null && <BadgeNote badge={answer.badge} model={answer.model} reason={answer.reason} />}
            {answer.text !== "" && <Copy text={plainOf(answer.text)} />}
          </div>
        )}
      </article>
      <SourceDrawer opened={opened} evidence={evidence} onOpen={setOpened} onClose={() => setOpened(null)} />
    </li>
  );
}

/** What is being done while no words come. */
function Working({ asking }: { asking: string | null }) {
  const t = useTranslations("chat");
  const group = asking?.split(".")[0] ?? "thinking";
  return (
    <p className={css.working}>
      <span className={css.dots} aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      {t.has(`asking.${group}`) ? t(`asking.${group}`) : t("asking.thinking")}
    </p>
  );
}

/** How an answer ended, when it did not end by itself, and the way on. */
function Ending({ turn, onResume, onAgain }: Props) {
  const t = useTranslations("chat");
  const next = nextOf(turn);
  const { error, finish } = turn.answer;
  const again = (
    <div>
      <Button size="small" onClick={next === "resume" ? onResume : onAgain}>
        {t(next === "resume" ? "resume" : "askAgain")}
      </Button>
    </div>
  );
  if (turn.refusal !== null) return <ErrorState error={turn.refusal} onRetry={onResume} />;
  if (error !== null) return <ErrorState error={new ApiError(error.code, 0, "", null, error.retryAfter)} onRetry={onAgain} />;
  if (turn.phase === "cut") {
    return (
      <div className={`${ui.notice} ${ui.warning}`} role="status">
        <p>{t("cut")}</p>
        {again}
      </div>
    );
  }
  if (turn.phase !== "over" || finish !== "stopped") return null;
  return (
    <div className={css.foot} data-testid="stopped">
      <p className={ui.faint}>{t("stopped")}</p>
      {again}
    </div>
  );
}

function Copy({ text }: { text: string }) {
  const t = useTranslations("chat");
  const [told, setTold] = useState("");
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setTold(t("copied")),
      () => setTold(t("notCopied")),
    );
  };
  return (
    <span className={css.copy}>
      <button type="button" className={ui.linkButton} onClick={copy}>
        {t("copy")}
      </button>
      <span role="status" className={ui.faint}>
        {told}
      </span>
    </span>
  );
}
