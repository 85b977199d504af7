"use client";
// What must be read before money moves; the accepted version is stored with the consent.
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox } from "antd";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { disclosureQuery, onboardingQuery, useAcceptDisclosure } from "@/features/onboarding/queries";
import { useRouter } from "@/lib/i18n/routing";

export function Disclosures() {
  const t = useTranslations("disclosures");
  const router = useRouter();
  const text = useQuery(disclosureQuery(useLocale()));
  const overview = useQuery(onboardingQuery);
  const accept = useAcceptDisclosure();
  const [read, setRead] = useState(false);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={text} rows={10}>
        {(found) => (
          <>
            <article className={ui.card} lang={found.language}>
              <h2>{found.title}</h2>
              {found.paragraphs.map((paragraph) => (
                <p key={paragraph}>{paragraph}</p>
              ))}
              <p className={ui.faint}>{t("version", { version: found.version })}</p>
            </article>
            {accept.error !== null && <ErrorState error={accept.error} />}
            {overview.data?.accepted_disclosures === found.version ? (
              <p role="status">{t("accepted")}</p>
            ) : (
              <>
                <Checkbox checked={read} onChange={(event) => setRead(event.target.checked)}>
                  {t("read")}
                </Checkbox>
                <div>
                  <Button
                    type="primary"
                    size="large"
                    disabled={!read}
                    loading={accept.isPending}
                    onClick={() =>
                      accept.mutate(
                        { version: found.version, language: found.language },
                        { onSuccess: () => router.push("/app/start") },
                      )
                    }
                  >
                    {t("accept")}
                  </Button>
                </div>
              </>
            )}
          </>
        )}
      </Ready>
    </div>
  );
}
