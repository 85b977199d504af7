"use client";
// The model desk: what judges payments, how it does, and changing it with two people.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { Suspense, useState } from "react";

import { Heading } from "@/components/heading";
import { Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { AskDialog } from "@/features/models/components/ask-dialog";
import type { Wish } from "@/features/models/components/ask-dialog";
import { Challenger } from "@/features/models/components/challenger";
import { Changes } from "@/features/models/components/changes";
import { InForce } from "@/features/models/components/in-force";
import { MonitorView } from "@/features/models/components/monitor";
import { VersionView } from "@/features/models/components/version-view";
import { Versions } from "@/features/models/components/versions";
import { mayChange } from "@/features/models/model";
import { deskQuery, monitorQuery } from "@/features/models/queries";
import { meQuery } from "@/lib/me";

export function Models() {
  return (
    <div className={ui.page}>
      <Suspense fallback={<Loading />}>
        <Asked />
      </Suspense>
    </div>
  );
}

function Asked() {
  const version = useSearchParams().get("version");
  return version === null ? <DeskView /> : <VersionView key={version} version={version} />;
}

function DeskView() {
  const t = useTranslations("models");
  const desk = useQuery(deskQuery);
  const monitor = useQuery(monitorQuery);
  const me = useQuery(meQuery).data;
  const [wish, setWish] = useState<Wish | null>(null);
  const [said, setSaid] = useState<Wish["act"] | null>(null);
  const changes = mayChange(me?.roles);
  const onWish = changes ? setWish : undefined;
  const onDone = (act: Wish["act"]) => {
    setWish(null);
    setSaid(act);
  };
  return (
    <>
      <Heading title={t("title")} lead={t("lead")} />
      {said !== null && (
        <p className={ui.notice} role="status">
          {t(`said.${said}`)}
        </p>
      )}
      <Ready query={desk} rows={10}>
        {(found) => (
          <>
            <div className={changes ? ui.main : ui.stack}>
              <InForce desk={found} onWish={onWish} />
              {changes && <Changes />}
            </div>
            <Versions desk={found} onWish={onWish} />
            <Ready query={monitor} rows={8}>
              {(watched) => (
                <>
                  <Challenger desk={found} comparison={watched.comparison} onWish={onWish} />
                  <MonitorView monitor={watched} />
                </>
              )}
            </Ready>
          </>
        )}
      </Ready>
      {wish !== null && <AskDialog wish={wish} onDone={onDone} onCancel={() => setWish(null)} />}
    </>
  );
}
