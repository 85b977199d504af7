"use client";
// Every stored version: how good it was when trained, why it is trusted or would be refused, and what may be done.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { TableView } from "@/components/table-view";
import ui from "@/components/ui.module.css";
import type { OnWish } from "@/features/models/components/ask-dialog";
import { useFigures } from "@/features/models/components/figures";
import { VersionLink } from "@/features/models/components/version-link";
import type { Desk, StoredVersion } from "@/features/models/queries";
import { formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function Versions({ desk, onWish }: { desk: Desk; onWish: OnWish }) {
  const t = useTranslations("models.versions");
  const locale = useLocale();
  const { figure } = useFigures();
  const until = ({ trained_until: day }: StoredVersion) => (day !== null && DAY.test(day) ? formatDay(locale, day) : (day ?? "–"));
  return (
    <section className={ui.card}>
      <h2 id="versions">{t("title")}</h2>
      <TableView<StoredVersion>
        caption={t("title")}
        rows={desk.versions}
        keyOf={(row) => row.version}
        columns={[
          { key: "version", title: t("version"), cell: (row) => <Named row={row} desk={desk} /> },
          { key: "until", title: t("until"), cell: until },
          { key: "precision", title: t("precision"), cell: (row) => figure(row.average_precision), end: true },
          { key: "trust", title: t("trust"), cell: (row) => <Trust row={row} /> },
          { key: "actions", title: t("actions"), cell: (row) => <Actions row={row} desk={desk} onWish={onWish} /> },
        ]}
      />
      <p className={ui.faint}>{t("precisionHint")}</p>
    </section>
  );
}

function Named({ row, desk }: { row: StoredVersion; desk: Desk }) {
  const t = useTranslations("models.versions.tags");
  const { version } = row;
  return (
    <span style={{ display: "grid", gap: "0.25rem", justifyItems: "start" }}>
      <VersionLink version={version} />
      {version === desk.version && <span className={`${ui.tag} ${ui.tagDone}`}>{t("inForce")}</span>}
      {version === desk.previous && <span className={ui.tag}>{t("previous")}</span>}
      {version === desk.challenger && <span className={`${ui.tag} ${ui.tagWait}`}>{t("challenger")}</span>}
    </span>
  );
}

function Trust({ row }: { row: StoredVersion }) {
  const t = useTranslations("models.versions.trustedBy");
  if (row.trusted_by !== null) return t(row.trusted_by);
  return (
    <span style={{ display: "grid", gap: "0.25rem", justifyItems: "start" }}>
      <span className={`${ui.tag} ${ui.tagBad}`}>{t("refused")}</span>
      <bdi lang="en" className={ui.faint}>
        {row.refusal}
      </bdi>
    </span>
  );
}

function Actions({ row, desk, onWish }: { row: StoredVersion; desk: Desk; onWish: OnWish }) {
  const t = useTranslations("models.versions");
  const { version } = row;
  if (version === desk.version) return "–";
  const measured = version === desk.challenger;
  const act = measured ? "unshadow" : "shadow";
  return (
    <span className={ui.row} style={{ gap: "0.5rem" }}>
      <Link href={`/app/models?version=${encodeURIComponent(version)}#figures`} prefetch={false} aria-label={t("compareOf", { version })}>
        {t("compare")}
      </Link>
      {onWish !== undefined && row.trusted_by !== null && (
        <>
          <Button size="small" onClick={() => onWish({ act, version })} aria-label={t(`${act}Of`, { version })}>
            {t(act)}
          </Button>
          <Button size="small" onClick={() => onWish({ act: "promote", version })} aria-label={t("promoteOf", { version })}>
            {t("promote")}
          </Button>
        </>
      )}
    </span>
  );
}
