"use client";
// Everything that happened to a case, the oldest first: who, when, what.
import { useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { timelineQuery } from "@/features/fraud/queries";
import { formatDateTime } from "@/lib/dates";
import { meQuery } from "@/lib/me";

export function Timeline({ id }: { id: string }) {
  const t = useTranslations("fraud.timeline");
  const locale = useLocale();
  const query = useQuery(timelineQuery(id));
  const me = useQuery(meQuery).data;
  const who = (actor: string) => {
    if (actor === me?.id) return t("you");
    return actor === "system" || actor === "customer" ? t(`actors.${actor}`) : actor;
  };
  return (
    <Ready query={query}>
      {(entries) => (
        <section className={ui.card} aria-labelledby="timeline">
          <h2 id="timeline">{t("title")}</h2>
          {entries.length === 0 ? (
            <p>{t("empty")}</p>
          ) : (
            <ol className={ui.list}>
              {entries.map((entry) => (
                <li key={entry.entry_id} style={{ paddingBlock: "0.6rem" }}>
                  <p>
                    <strong>{t.has(`actions.${entry.action}`) ? t(`actions.${entry.action}`) : entry.action}</strong>{" "}
                    <bdi>{who(entry.actor)}</bdi>
                  </p>
                  {entry.text !== "" && (
                    <p>
                      <bdi>{entry.text}</bdi>
                    </p>
                  )}
                  <p className={ui.faint}>{formatDateTime(locale, entry.at)}</p>
                </li>
              ))}
            </ol>
          )}
        </section>
      )}
    </Ready>
  );
}
