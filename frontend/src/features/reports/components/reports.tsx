"use client";
// Kept reports: a year's by month, to take away as pages or tables; one asked for now; the staff's figures beside.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { Heading } from "@/components/heading";
import { Empty, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { MakeReport } from "@/features/reports/components/make-report";
import { MonthCard } from "@/features/reports/components/month-card";
import { byMonth, seesFigures, yearsOf } from "@/features/reports/model";
import { reportsQuery } from "@/features/reports/queries";
import type { Shelf } from "@/features/reports/queries";
import { meQuery } from "@/lib/me";

export function Reports() {
  const t = useTranslations("reports");
  const [now] = useState(() => Date.now());
  const [year, setYear] = useState(() => new Date(now).getUTCFullYear());
  const [shelf, setShelf] = useState<Shelf>("own");
  const staff = seesFigures(useQuery(meQuery).data?.roles ?? []);
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <div className={ui.row}>
        {staff && (
          <Segmented<Shelf>
            aria-label={t("whose")}
            value={shelf}
            onChange={setShelf}
            options={[{ value: "own", label: t("own") }, { value: "house", label: t("house") }]}
          />
        )}
        <Segmented<number>
          aria-label={t("year")}
          value={year}
          onChange={setYear}
          options={yearsOf(now).map((value) => ({ value, label: String(value) }))}
        />
      </div>
      <MakeReport key={shelf} shelf={shelf} now={now} />
      <Kept shelf={shelf} year={year} />
    </div>
  );
}

function Kept({ shelf, year }: { shelf: Shelf; year: number }) {
  const t = useTranslations("reports");
  return (
    <Ready query={useQuery(reportsQuery(shelf, year))} rows={8}>
      {({ reports }) =>
        reports.length === 0 ? (
          <Empty text={t(shelf === "own" ? "empty" : "emptyHouse", { year: String(year) })} />
        ) : (
          <div className={ui.stack}>
            {byMonth(reports).map((month) => (
              <MonthCard key={month.key} month={month} shelf={shelf} />
            ))}
          </div>
        )
      }
    </Ready>
  );
}
