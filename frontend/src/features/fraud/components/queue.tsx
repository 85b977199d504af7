"use client";
// The analyst's queue: the largest expected loss first; filters stand in the address, j and k walk the rows.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Checkbox, Segmented, Select } from "antd";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { Suspense, useEffect } from "react";

import { Heading } from "@/components/heading";
import { Empty, Loading, Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { QueueTable } from "@/features/fraud/components/queue-table";
import { addressOf, filterOf, KINDS, SHOWN } from "@/features/fraud/model";
import type { QueueFilter, Shown } from "@/features/fraud/model";
import { queueQuery } from "@/features/fraud/queries";
import { useRouter } from "@/lib/i18n/routing";

export function Queue() {
  const t = useTranslations("fraud.queue");
  return (
    <div className={ui.page}>
      <Heading title={t("title")} lead={t("lead")} />
      <Suspense fallback={<Loading />}>
        <Filtered />
      </Suspense>
    </div>
  );
}

function Filtered() {
  const t = useTranslations("fraud.queue");
  const router = useRouter();
  const filter = filterOf(new URLSearchParams(useSearchParams().toString()));
  const query = useInfiniteQuery(queueQuery(filter));
  const change = (part: Partial<QueueFilter>) => router.replace(addressOf({ ...filter, ...part }), { scroll: false });
  useWalk();
  return (
    <>
      <Filters filter={filter} onChange={change} />
      <Ready query={query} rows={8}>
        {({ pages }) => {
          const cases = pages.flatMap((page) => page.cases);
          if (cases.length === 0) {
            return <Empty text={t("empty")} action={<Button onClick={() => void query.refetch()}>{t("refresh")}</Button>} />;
          }
          return (
            <section className={ui.card}>
              <QueueTable cases={cases} />
              {query.hasNextPage && (
                <div>
                  <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {t("more")}
                  </Button>
                </div>
              )}
              <p className={ui.faint}>{t("keys")}</p>
            </section>
          );
        }}
      </Ready>
    </>
  );
}

function Filters({ filter, onChange }: { filter: QueueFilter; onChange: (part: Partial<QueueFilter>) => void }) {
  const t = useTranslations("fraud.queue");
  const kinds = useTranslations("fraud.kinds");
  return (
    <div className={ui.row} role="group" aria-label={t("filters")}>
      <Segmented<Shown>
        aria-label={t("show")}
        value={filter.shown}
        onChange={(shown) => onChange({ shown })}
        options={SHOWN.map((value) => ({ value, label: t(`shown.${value}`) }))}
      />
      <Select
        aria-label={t("kind")}
        virtual={false}
        style={{ minInlineSize: "13rem" }}
        value={filter.kind ?? "all"}
        onChange={(value) => onChange({ kind: KINDS.find((one) => one === value) ?? null })}
        options={[{ value: "all", label: t("allKinds") }, ...KINDS.map((value) => ({ value: value as string, label: kinds(value) }))]}
      />
      <Checkbox checked={filter.mine} onChange={(event) => onChange({ mine: event.target.checked })}>
        {t("mine")}
      </Checkbox>
      <Checkbox checked={filter.late} onChange={(event) => onChange({ late: event.target.checked })}>
        {t("late")}
      </Checkbox>
    </div>
  );
}

/** j and k move the focus over the rows' links; not while something is being typed. */
function useWalk(): void {
  useEffect(() => {
    const walk = (event: KeyboardEvent) => {
      const step = { j: 1, k: -1 }[event.key];
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, [contenteditable]");
      if (step === undefined || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const rows = [...document.querySelectorAll<HTMLElement>("[data-case-row]")];
      const at = rows.findIndex((row) => row === document.activeElement);
      rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
    };
    document.addEventListener("keydown", walk);
    return () => document.removeEventListener("keydown", walk);
  }, []);
}
