"use client";
// What she should know before she acts, the most urgent first; each in words and, where something can be done, with a way there.
import { useLocale, useTranslations } from "next-intl";

import ui from "@/components/ui.module.css";
import { ALERT_PATHS } from "@/features/portfolio/model";
import type { Alert } from "@/features/portfolio/model";
import { formatDateTime, formatDay } from "@/lib/dates";
import { Link } from "@/lib/i18n/routing";

const TONES = { urgent: ui.error, warning: ui.warning, info: "" };

export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const t = useTranslations("dashboard.alerts");
  if (alerts.length === 0) return null;
  return (
    <section className={ui.stack} aria-labelledby="alerts">
      <h2 id="alerts" className="visually-hidden">
        {t("title")}
      </h2>
      <ul className={ui.stack} style={{ listStyle: "none", margin: 0, padding: 0 }} data-testid="alerts">
        {alerts.map((alert) => (
          <li key={alert.code} className={`${ui.notice} ${TONES[alert.severity]}`} data-testid={`alert-${alert.code}`}>
            <Words alert={alert} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Words({ alert }: { alert: Alert }) {
  const t = useTranslations("dashboard.alerts");
  const locale = useLocale();
  const { code } = alert;
  const path = ALERT_PATHS[code];
  const at = alert.at === null ? "" : code.startsWith("profile") ? formatDay(locale, alert.at.slice(0, 10)) : formatDateTime(locale, alert.at);
  const values = { symbols: alert.symbols.join(", "), count: alert.symbols.length, at };
  return (
    <>
      <strong>
        <span className="visually-hidden">{t(`severity.${alert.severity}`)} </span>
        {t(`${code}.title`)}
      </strong>
      <p>
        {t(alert.at === null && code === "market_closed" ? "market_closed.textUnknown" : `${code}.text`, values)}{" "}
        {path !== null && (
          <Link href={path} prefetch={false}>
            {t(`${code}.link`)}
          </Link>
        )}
      </p>
    </>
  );
}
