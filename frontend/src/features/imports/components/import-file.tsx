"use client";
// One file on its way in: named, looked at with every row, corrected, and kept by one button.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { ChangeEvent } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { Answers, Columns } from "@/features/imports/components/answers";
import { First, Refused } from "@/features/imports/components/row-tables";
import { MAX_BYTES, NOTHING_SAID, bodyOf, contentOf } from "@/features/imports/model";
import type { Chosen, Said } from "@/features/imports/model";
import { importKeys, keep, previewQuery } from "@/features/imports/queries";
import type { Import, Preview } from "@/features/imports/queries";
import { newIdempotencyKey } from "@/lib/api/client";
import { useSettled } from "@/lib/use-settled";

export function ImportFile() {
  const t = useTranslations("imports");
  const [account, setAccount] = useState("");
  const [file, setFile] = useState<Chosen | null>(null);
  const [said, setSaid] = useState<Said>(NOTHING_SAID);
  const [problem, setProblem] = useState<"tooLarge" | "unreadable" | null>(null);
  const [done, setDone] = useState<Import | null>(null);
  const numbers = useRef(0);
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    setFile(null);
    setDone(null);
    setSaid(NOTHING_SAID);
    setProblem(chosen !== undefined && chosen.size > MAX_BYTES ? "tooLarge" : null);
    if (chosen === undefined || chosen.size > MAX_BYTES) return;
    numbers.current += 1;
    const number = numbers.current;
    try {
      const content = await contentOf(chosen);
      // A second file may have been chosen while this one was read.
      if (number === numbers.current) setFile({ number, name: chosen.name.slice(-200), content });
    } catch {
      setProblem("unreadable");
    }
  };
  const named = useSettled(account.trim() || t("form.accountDefault"), 600);
  return (
    <section className={ui.card} aria-labelledby="import">
      <h2 id="import">{t("form.title")}</h2>
      <div className={ui.columns}>
        <div className={ui.stack} style={{ gap: "0.375rem" }}>
          <label htmlFor="account">{t("form.account")}</label>
          <Input id="account" maxLength={60} placeholder={t("form.accountDefault")} value={account} onChange={(event) => setAccount(event.target.value)} />
        </div>
        <div className={ui.stack} style={{ gap: "0.375rem" }}>
          <label htmlFor="file">{t("form.file")}</label>
          <input id="file" type="file" accept=".csv,.tsv,.txt,.json" aria-describedby="file-hint" style={{ maxInlineSize: "100%" }} onChange={(event) => void choose(event)} />
        </div>
      </div>
      <p id="file-hint" className={ui.faint}>
        {t("form.hint")}
      </p>
      {problem !== null && (
        <p role="alert" className={`${ui.notice} ${ui.error}`}>
          {t(`form.${problem}`)}
        </p>
      )}
      {done !== null && (
        <p role="status" className={ui.notice}>
          {t("form.done", { count: done.counts.new, account: done.account })}
        </p>
      )}
      {file !== null && done === null && <Look key={file.number} account={named} file={file} said={said} onSaid={setSaid} onDone={setDone} />}
    </section>
  );
}

type LookProps = { account: string; file: Chosen; said: Said; onSaid: (said: Said) => void; onDone: (made: Import) => void };

function Look({ account, file, said, onSaid, onDone }: LookProps) {
  const body = bodyOf(account, file, said);
  const query = useQuery(previewQuery(file.number, body));
  const queries = useQueryClient();
  const key = useRef<{ body: string; key: string } | null>(null);
  const busy = useRef(false);
  const keeping = useMutation({
    mutationFn: () => {
      // Another thing said is another import: it gets a key of its own, a repeat keeps the old one.
      const wanted = JSON.stringify({ ...body, content: "" });
      if (key.current?.body !== wanted) key.current = { body: wanted, key: newIdempotencyKey() };
      return keep(body, key.current.key);
    },
    onSuccess: (made) => {
      onDone(made);
      void queries.invalidateQueries({ queryKey: importKeys.all });
    },
    onSettled: () => {
      busy.current = false;
    },
  });
  const once = () => {
    // A second click while the first is on its way changes nothing.
    if (busy.current) return;
    busy.current = true;
    keeping.mutate();
  };
  if (query.isPending) return <Loading rows={5} />;
  return (
    <>
      {query.error !== null && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <>
          <Found found={query.data} said={said} onSaid={onSaid} />
          {keeping.error !== null && <ErrorState error={keeping.error} />}
          <Keep found={query.data} busy={query.isFetching || query.error !== null} pending={keeping.isPending} onKeep={once} />
        </>
      )}
    </>
  );
}

function Found({ found, said, onSaid }: { found: Preview; said: Said; onSaid: (said: Said) => void }) {
  const t = useTranslations("imports");
  return (
    <div className={ui.stack}>
      <p role="status" data-testid="import-counts">
        {t("form.counts", found.counts)}
      </p>
      {found.lines_above.length > 0 && <p className={ui.faint}>{t("form.above", { lines: found.lines_above.join(", ") })}</p>}
      <Answers found={found} said={said} onSaid={onSaid} />
      <Columns found={found} said={said} onSaid={onSaid} />
      {found.refused.length > 0 && (
        <>
          <h3>{t("rows.refusedTitle", { count: found.counts.refused })}</h3>
          <Refused rows={found.refused} />
        </>
      )}
      {found.rows.some((row) => row.transaction !== null) && (
        <>
          <h3>{t("rows.firstTitle")}</h3>
          <First rows={found.rows} />
        </>
      )}
    </div>
  );
}

type KeepProps = { found: Preview; busy: boolean; pending: boolean; onKeep: () => void };

function Keep({ found, busy, pending, onKeep }: KeepProps) {
  const t = useTranslations("imports.form");
  if (found.counts.new === 0) return <p className={`${ui.notice} ${ui.warning}`}>{t("nothing")}</p>;
  return (
    <div>
      <Button type="primary" size="large" loading={pending} disabled={busy} onClick={onKeep}>
        {t("keep", { count: found.counts.new })}
      </Button>
    </div>
  );
}
