"use client";
// What an action would do, line by line; each figure opens what it rests on, each check it passed is named.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { shownOf } from "@/features/chat/action-model";
import type { Shown } from "@/features/chat/action-model";
import { FigureButton } from "@/features/chat/components/answer-text";
import type { OpenFigure } from "@/features/chat/components/answer-text";
import { formatEvidence } from "@/features/chat/format";
import type { Action } from "@/features/chat/queries";
import { useCodeWords } from "@/features/chat/use-code-words";

export function ActionTerms({ action, onOpen }: { action: Action; onOpen: OpenFigure }) {
  const t = useTranslations("chat.action");
  const { ok, reasons } = action.suitability;
  const known = reasons.filter((code) => t.has(`checks.${code}`));
  return (
    <>
      <dl className={ui.facts}>
        {shownOf(action).map((one) => (
          <div key={one.name}>
            <dt>{t.has(`terms.${one.name}`) ? t(`terms.${one.name}`) : one.name}</dt>
            <dd>
              <Value one={one} onOpen={onOpen} />
            </dd>
          </div>
        ))}
      </dl>
      {known.length > 0 && (
        <div>
          <p className={ui.label}>{t(ok ? "checked" : "notSuitable")}</p>
          <ul>
            {known.map((code) => (
              <li key={code}>{t(`checks.${code}`)}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Value({ one, onOpen }: { one: Shown; onOpen: OpenFigure }) {
  const locale = useLocale();
  const words = useCodeWords();
  const found = one.evidence;
  if (found === null) return <bdi>{words(one.name, one.value)}</bdi>;
  const text = formatEvidence(locale, found);
  return <FigureButton text={text} evidence={found} onOpen={() => onOpen({ text, citation: { ...found, evidence: found.id } })} />;
}
