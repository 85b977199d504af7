"use client";
// Keep, change or archive a goal: one press is one act, also when it is pressed twice.
import { Button, Popconfirm } from "antd";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { ErrorState } from "@/components/error-state";
import ui from "@/components/ui.module.css";
import type { Read } from "@/features/goals/model";
import { archiveGoal, changeGoal, createGoal, useGoalKept } from "@/features/goals/queries";
import type { Goal } from "@/features/goals/queries";
import { useRouter } from "@/lib/i18n/routing";

type Props = { goal: Goal | null; read: Read; createKey: string; changed: boolean; onUndo: () => void };

export function Keep({ goal, read, createKey, changed, onUndo }: Props) {
  const t = useTranslations("goals.keep");
  const router = useRouter();
  const kept = useGoalKept();
  const act = useOneAct();
  const [told, setTold] = useState("");
  const wish = "wish" in read ? read.wish : null;
  const nameless = "problems" in read && read.problems.name !== undefined;
  const save = () =>
    act.run(async () => {
      if (wish === null) return;
      setTold("");
      const made = goal === null ? await createGoal(wish, createKey) : await changeGoal(goal, wish);
      kept(made);
      if (goal === null) router.replace(`/app/goal?id=${made.goal_id}`);
      else setTold(t("saved", { version: made.version }));
    });
  const archive = (goalId: string) =>
    act.run(async () => {
      kept(await archiveGoal(goalId));
      router.replace("/app/goals");
    });
  return (
    <section className={ui.card} aria-label={t("title")}>
      {act.error !== null && <ErrorState error={act.error} />}
      {nameless && <p className={ui.faint}>{t("nameFirst")}</p>}
      <div className={ui.row}>
        <Button type="primary" size="large" disabled={wish === null || (goal !== null && !changed)} loading={act.pending} onClick={save}>
          {t(goal === null ? "create" : "change")}
        </Button>
        {changed && <Button onClick={onUndo}>{t("undo")}</Button>}
        {goal !== null && (
          <Popconfirm title={t("archiveSure")} okText={t("archiveYes")} cancelText={t("archiveNo")} onConfirm={() => archive(goal.goal_id)}>
            <Button type="text" danger>
              {t("archive")}
            </Button>
          </Popconfirm>
        )}
      </div>
      <p role="status" className={ui.faint}>
        {told}
      </p>
    </section>
  );
}

function useOneAct() {
  const busy = useRef(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = (act: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    setError(null);
    void act()
      .catch(setError)
      .finally(() => {
        busy.current = false;
        setPending(false);
      });
  };
  return { run, pending, error };
}
