"use client";
// What judges payments now: since when, by whom and why, and what was before it.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import type { OnWish } from "@/features/models/components/ask-dialog";
import { VersionLink } from "@/features/models/components/version-link";
import type { Desk } from "@/features/models/queries";
import { formatDateTime } from "@/lib/dates";

export function InForce({ desk, onWish }: { desk: Desk; onWish: OnWish }) {
  const t = useTranslations("models.inForce");
  const locale = useLocale();
  const { previous } = desk;
  const facts = {
    since: desk.since === null ? t("always") : formatDateTime(locale, desk.since),
    by: desk.by === "" ? t("nobody") : <bdi className={ui.code}>{desk.by}</bdi>,
    reason: desk.reason === "" ? t("noReason") : <bdi>{desk.reason}</bdi>,
    previous: previous === null ? t("noPrevious") : <VersionLink version={previous} />,
  };
  return (
    <section className={ui.card} aria-labelledby="in-force">
      <h2 id="in-force">{t("title")}</h2>
      <p className={ui.figureSmall}>
        <VersionLink version={desk.version} testId="in-force" />
      </p>
      <Judging desk={desk} />
      <dl className={ui.facts}>
        {(["since", "by", "reason", "previous"] as const).map((key) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{facts[key]}</dd>
          </div>
        ))}
      </dl>
      {onWish !== undefined && previous !== null && (
        <div>
          <Button onClick={() => onWish({ act: "rollback", version: previous })}>{t("rollback")}</Button>
        </div>
      )}
    </section>
  );
}

function Judging({ desk }: { desk: Desk }) {
  const t = useTranslations("models.inForce");
  if (desk.judging_here === desk.version) {
    return (
      <p data-testid="judging">
        <span className={`${ui.tag} ${ui.tagDone}`}>{t("judging")}</span>
      </p>
    );
  }
  const none = desk.judging_here === null;
  return (
    <div className={`${ui.notice} ${none ? ui.error : ui.warning}`} role="status" data-testid="judging">
      <strong>{t(none ? "withoutModel" : "otherVersion")}</strong>
      <p>{none ? t("withoutModelText") : t.rich("otherVersionText", { version: () => <bdi className={ui.code}>{desk.judging_here}</bdi> })}</p>
    </div>
  );
}
