// The two-person rule in words: why a case needs two reviewers, and what a first one proposed.
import { useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { proposalOf, secondPersonProgress } from "@/features/onboarding/model";
import type { KycReview, KycReviewItem } from "@/features/onboarding/queries";

export function SecondPersonTag({ row }: { row: KycReviewItem }) {
  const t = useTranslations("kycDesk.progress");
  const progress = secondPersonProgress(row);
  return progress === "one" ? <span>{t(progress)}</span> : <span className={`${ui.tag} ${ui.tagWait}`}>{t(progress)}</span>;
}

export function SecondPersonNotice({ found }: { found: KycReview }) {
  const t = useTranslations("kycDesk");
  const proposal = proposalOf(found);
  if (!found.needs_second_person) return null;
  const isLate = found.state === "approved";
  return (
    <div className={ui.stack}>
      <div className={`${ui.notice} ${ui.warning}`}>
        <p>{t(isLate ? "needsSecondLate" : "needsSecond")}</p>
        {found.risk_codes.length > 0 && (
          <ul aria-label={t("why")}>
            {found.risk_codes.map((code) => (
              <li key={code}>{t(`risks.${code}`)}</li>
            ))}
          </ul>
        )}
      </div>
      {proposal !== null && (
        <p className={ui.notice} role="status">
          {found.proposed_by_me ? t(`proposedByMe.${proposal}`) : isLate ? t("proposedLate") : t(`proposed.${proposal}`)}
        </p>
      )}
    </div>
  );
}
