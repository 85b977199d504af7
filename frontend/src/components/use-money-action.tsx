"use client";
// One movement of money: one key until it succeeds, and a fresh code when the server asks for one.
import { useRef, useState } from "react";

import { StepUpDialog } from "@/components/step-up-dialog";
import { newIdempotencyKey } from "@/lib/api/client";
import { demandOf, grantFor } from "@/lib/step-up";
import type { StepUpDemand } from "@/lib/step-up";

export type Proof = { key: string; grant: string | null };
type Call<Input, Result> = (input: Input, proof: Proof) => Promise<Result>;
type Waiting<Input> = { demand: StepUpDemand; input: Input };

/** Header fields of a call that moves money. */
export function proofHeaders({ key, grant }: Proof) {
  return { "idempotency-key": key, ...(grant !== null && { "x-step-up-grant": grant }) };
}

export function useMoneyAction<Input, Result>(call: Call<Input, Result>, onDone: (result: Result) => void) {
  const key = useRef<string | null>(null);
  const busy = useRef(false);
  const asking = useRef(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [waiting, setWaiting] = useState<Waiting<Input> | null>(null);

  const ask = (next: Waiting<Input> | null) => {
    asking.current = next !== null;
    setWaiting(next);
  };

  const run = async (input: Input, grant: string | null) => {
    // A second click while the first is on its way, or while its code is asked for, changes nothing.
    if (busy.current || asking.current) return;
    busy.current = true;
    setPending(true);
    setError(null);
    key.current ??= newIdempotencyKey();
    try {
      const result = await call(input, { key: key.current, grant });
      key.current = null;
      onDone(result);
    } catch (refusal) {
      const demand = grant === null ? demandOf(refusal) : null;
      if (demand !== null) ask({ demand, input });
      else setError(refusal);
    } finally {
      busy.current = false;
      setPending(false);
    }
  };

  const confirm = async (code: string) => {
    if (waiting === null) return;
    const grant = await grantFor(waiting.demand, code);
    ask(null);
    await run(waiting.input, grant);
  };

  /** Changed input is another movement: it gets a key of its own. */
  const changed = () => {
    key.current = null;
    setError(null);
  };

  const dialog = waiting === null ? null : <StepUpDialog onCode={confirm} onCancel={() => ask(null)} />;
  return { submit: (input: Input) => void run(input, null), changed, pending, error, dialog };
}
