// Executing a previewed plan, once, and what is asked again afterwards: shared by advice and rebalancing.
import { useQueryClient } from "@tanstack/react-query";

import { proofHeaders } from "@/components/use-money-action";
import type { Proof } from "@/components/use-money-action";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";

export type Plan = components["schemas"]["OrderPlanOut"];

export function placeOrders(planId: string, proof: Proof): Promise<Plan> {
  return unwrap(api.POST("/v1/orders", { params: { header: proofHeaders(proof) }, body: { plan_id: planId } }));
}

/** After orders were placed, everything that shows money is asked again. */
export function useOrdersPlaced(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ["accounts", "portfolio", "orders", "rebalancing"]) void queries.invalidateQueries({ queryKey: [key] });
  };
}
