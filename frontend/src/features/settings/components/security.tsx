"use client";
// Two-step verification, the freeze of one's own money, and the devices that are signed in.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { FreezeCard } from "@/features/settings/components/freeze-card";
import { sessionsQuery, useEndOthers, useEndSession } from "@/features/settings/queries";
import { formatDateTime } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";
import { meQuery } from "@/lib/me";

export function Security() {
  const t = useTranslations("security");
  const me = useQuery(meQuery);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={me}>
        {(person) => (
          <section className={ui.card} aria-labelledby="two-step">
            <div className={`${ui.row} ${ui.spread}`}>
              <h2 id="two-step">{t("twoStep")}</h2>
              <span className={`${ui.tag} ${person.totp_enabled ? ui.tagDone : ui.tagBad}`}>
                {t(person.totp_enabled ? "on" : "off")}
              </span>
            </div>
            {person.totp_enabled ? (
              <p>{t("codesLeft", { count: person.recovery_codes_left })}</p>
            ) : (
              <Link href="/app/two-factor">{t("switchOn")}</Link>
            )}
          </section>
        )}
      </Ready>
      <FreezeCard />
      <Devices />
    </div>
  );
}

function Devices() {
  const t = useTranslations("security");
  const locale = useLocale();
  const sessions = useQuery(sessionsQuery);
  const end = useEndSession();
  const others = useEndOthers();
  return (
    <Ready query={sessions}>
      {({ sessions: found }) => (
        <section className={ui.card} aria-labelledby="devices">
          <div className={`${ui.row} ${ui.spread}`}>
            <h2 id="devices">{t("devices")}</h2>
            {found.length > 1 && (
              <Button loading={others.isPending} onClick={() => others.mutate()}>
                {t("endOthers")}
              </Button>
            )}
          </div>
          {(end.error ?? others.error) !== null && <ErrorState error={end.error ?? others.error} />}
          <ul className={ui.list}>
            {found.map((session) => (
              <li key={session.id} className={`${ui.row} ${ui.spread}`} style={{ paddingBlock: "0.9rem" }}>
                <div>
                  <p>
                    <bdi>{session.device}</bdi>
                  </p>
                  <p className={ui.faint}>{t("seen", { at: formatDateTime(locale, session.last_seen_at), network: session.network })}</p>
                </div>
                {session.current ? (
                  <span className={`${ui.tag} ${ui.tagDone}`}>{t("thisDevice")}</span>
                ) : (
                  <Button loading={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>
                    {t("end")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Ready>
  );
}
