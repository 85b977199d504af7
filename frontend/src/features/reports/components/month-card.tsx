"use client";
// One month's reports: what each tells of, until when, and its files; a refused one says so and has none.
import { Button } from "antd";
import { useLocale, useTranslations } from "next-intl";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import { monthName } from "@/features/reports/model";
import type { Month, Report } from "@/features/reports/model";
import { FORMS, useSaveReport } from "@/features/reports/queries";
import type { Shelf } from "@/features/reports/queries";
import { formatDateTime, formatDay } from "@/lib/dates";

export function MonthCard({ month, shelf }: { month: Month; shelf: Shelf }) {
  const name = monthName(useLocale(), month.key);
  return (
    <section className={ui.card} aria-label={name}>
      <h2>{name}</h2>
      <ul className={ui.list}>
        {month.reports.map((report) => (
          <Line key={report.report_id} report={report} shelf={shelf} />
        ))}
      </ul>
    </section>
  );
}

function Line({ report, shelf }: { report: Report; shelf: Shelf }) {
  const t = useTranslations("reports");
  const locale = useLocale();
  const saving = useSaveReport(shelf, report.report_id);
  const kind = t(`kinds.${report.kind}`);
  const days = t("days", { first: formatDay(locale, report.first), last: formatDay(locale, report.last) });
  return (
    <li className={ui.stack}>
      <div className={`${ui.row} ${ui.spread}`}>
        <div>
          <strong>{kind}</strong>
          <p className={ui.faint}>{days}</p>
          <p className={ui.faint}>{t("made", { at: formatDateTime(locale, report.made_at) })}</p>
        </div>
        {report.state === "issued" ? (
          <div className={ui.row}>
            {FORMS.map((form) => (
              <Button
                key={form}
                size="small"
                loading={saving.isPending && saving.variables === form}
                aria-label={t("save", { kind, days, form: form.toUpperCase() })}
                onClick={() => saving.mutate(form)}
              >
                {form.toUpperCase()}
              </Button>
            ))}
          </div>
        ) : (
          <span className={`${ui.tag} ${ui.tagBad}`}>{t("refused")}</span>
        )}
      </div>
      {report.state === "refused" && <p className={ui.faint}>{t("refusedWhy")}</p>}
      {saving.error !== null && <ErrorState error={saving.error} />}
    </li>
  );
}
