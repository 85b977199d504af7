"use client";
// A figure opened: its value, and the very row it rests on, with its proof.
import { useQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import type { Evidence } from "@/features/chat/answer";
import type { OpenFigure, Opened } from "@/features/chat/components/answer-text";
import { FigureButton } from "@/features/chat/components/answer-text";
import { SourceRow } from "@/features/chat/components/source-row";
import { formatEvidence } from "@/features/chat/format";
import { citedQuery } from "@/features/chat/queries";
import type { Openable } from "@/features/chat/queries";
import { openableOf } from "@/features/chat/source-model";
import { formatDay } from "@/lib/dates";
import { directionOf } from "@/lib/i18n/locales";

type Props = { opened: Opened | null; evidence: ReadonlyMap<string, Evidence>; onOpen: OpenFigure; onClose: () => void };

export function SourceDrawer({ opened, evidence, onOpen, onClose }: Props) {
  const t = useTranslations("chat.source");
  const rtl = directionOf(useLocale()) === "rtl";
  return (
    <Drawer
      open={opened !== null}
      onClose={onClose}
      title={t("title")}
      placement={rtl ? "left" : "right"}
      size="min(100vw, 30rem)"
      push={false}
      destroyOnHidden
      closeIcon={<span aria-hidden="true">{"✕"}</span>}
      closable={{ "aria-label": t("close") }}
    >
      {opened !== null && <Source opened={opened} evidence={evidence} onOpen={onOpen} />}
    </Drawer>
  );
}

function Source({ opened, evidence, onOpen }: Omit<Props, "opened" | "onClose"> & { opened: Opened }) {
  const t = useTranslations("chat.source");
  const locale = useLocale();
  const { citation, text } = opened;
  const one = evidence.get(citation.evidence);
  const openable = openableOf(citation);
  return (
    <div className={ui.stack}>
      <p className={ui.figure} data-testid="cited-figure">
        <bdi>{text}</bdi>
      </p>
      <p className={ui.faint}>
        {one !== undefined && t.has(`metrics.${one.metric}`) ? `${t(`metrics.${one.metric}`)} · ` : ""}
        {t.has(`sources.${citation.source}`) ? t(`sources.${citation.source}`) : citation.source}
        {one?.as_of ? ` · ${t("asOf", { day: formatDay(locale, one.as_of.slice(0, 10)) })}` : ""}
      </p>
      {one !== undefined && one.inputs.length > 0 && <Inputs one={one} evidence={evidence} onOpen={onOpen} />}
      {openable !== null && <OpenedRow openable={openable} one={one} />}
      {openable === null && <p>{t(one !== undefined && one.inputs.length > 0 ? "calculated" : "noRow")}</p>}
    </div>
  );
}

/** What a calculation was made of; each part opens its own row. */
function Inputs({ one, evidence, onOpen }: { one: Evidence; evidence: ReadonlyMap<string, Evidence>; onOpen: OpenFigure }) {
  const t = useTranslations("chat.source");
  const locale = useLocale();
  const parts = one.inputs.flatMap((id) => evidence.get(id) ?? []);
  return (
    <section className={ui.stack} aria-label={t("inputs")}>
      <h3>{t("inputs")}</h3>
      <ul>
        {parts.map((part) => {
          const text = formatEvidence(locale, part);
          return (
            <li key={part.id}>
              <FigureButton text={text} evidence={part} onOpen={() => onOpen({ text, citation: { ...part, evidence: part.id } })} />{" "}
              <span className={ui.faint}>{t.has(`metrics.${part.metric}`) ? t(`metrics.${part.metric}`) : part.metric}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function OpenedRow({ openable, one }: { openable: Openable; one: Evidence | undefined }) {
  const query = useQuery(citedQuery(openable));
  return (
    <Ready query={query} rows={6}>
      {(row) => <SourceRow row={row} evidence={one} openable={openable} />}
    </Ready>
  );
}
