"use client";
// Who she is and what she can bear; saved as a whole, corrected as often as she likes.
import { useQuery } from "@tanstack/react-query";
import { Button, Form } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import { Heading } from "@/components/heading";
import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { FinancialFields, PersonalFields } from "@/features/onboarding/components/profile-fields";
import { fromOverview, toProfile } from "@/features/onboarding/model";
import type { ProfileValues } from "@/features/onboarding/model";
import { onboardingQuery, useSaveProfile } from "@/features/onboarding/queries";
import type { Onboarding } from "@/features/onboarding/queries";
import { useRouter } from "@/lib/i18n/routing";

export function ProfileForm() {
  const t = useTranslations("profile");
  const query = useQuery(onboardingQuery);
  return (
    <div className={`${ui.page} ${ui.reading}`}>
      <Heading title={t("title")} lead={t("lead")} />
      <Ready query={query} rows={12}>
        {(found) => <Fields found={found} />}
      </Ready>
    </div>
  );
}

function Fields({ found }: { found: Onboarding }) {
  const t = useTranslations("profile");
  const locale = useLocale();
  const router = useRouter();
  const save = useSaveProfile();
  const submit = (values: ProfileValues) =>
    save.mutate(toProfile(values, locale), { onSuccess: () => router.push("/app/start") });
  return (
    <Form<ProfileValues>
      layout="vertical"
      requiredMark={false}
      scrollToFirstError={{ focus: true }}
      initialValues={fromOverview(found)}
      onFinish={submit}
    >
      <div className={ui.stack}>
        {save.error !== null && <ErrorState error={save.error} />}
        <section className={ui.card} aria-labelledby="personal">
          <h2 id="personal">{t("personal")}</h2>
          <PersonalFields />
        </section>
        <section className={ui.card} aria-labelledby="financial">
          <h2 id="financial">{t("financial")}</h2>
          <p className={ui.faint}>{t("financialWhy")}</p>
          <FinancialFields />
        </section>
        <div>
          <Button type="primary" htmlType="submit" size="large" loading={save.isPending}>
            {t("submit")}
          </Button>
        </div>
      </div>
    </Form>
  );
}
