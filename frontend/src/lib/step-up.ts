// Trades a fresh code for a grant that lets exactly one call with exactly these parameters through.
import { api } from "@/lib/api/client";
import { ApiError } from "@/lib/api/problem";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type StepUpAction = components["schemas"]["StepUpAction"];
export type StepUpDemand = { action: StepUpAction; params: Record<string, string> };

/** What the server asks to be confirmed, read from its refusal; null when it asks for nothing. */
export function demandOf(error: unknown): StepUpDemand | null {
  if (!(error instanceof ApiError) || error.code !== "step_up_required") return null;
  const { action, params } = error.fields;
  if (typeof action !== "string" || typeof params !== "object" || params === null) return null;
  const texts = Object.entries(params).map(([name, value]) => [name, String(value)] as const);
  return { action: action as StepUpAction, params: Object.fromEntries(texts) };
}

export async function grantFor(demand: StepUpDemand, code: string): Promise<string> {
  const answer = await unwrap(api.POST("/v1/me/step-up", { body: { ...demand, code } }));
  return answer.grant;
}
