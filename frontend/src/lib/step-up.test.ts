import { ApiError } from "@/lib/api/problem";
import { demandOf } from "@/lib/step-up";

test("demandOf reads action and parameters as text", () => {
  const fields = { action: "withdrawal", params: { amount_minor: 1200, currency: "USD" } };
  expect(demandOf(new ApiError("step_up_required", 403, "", null, null, fields))).toEqual({
    action: "withdrawal",
    params: { amount_minor: "1200", currency: "USD" },
  });
});

test("another refusal demands nothing", () => {
  expect(demandOf(new ApiError("insufficient_funds", 409, ""))).toBeNull();
  expect(demandOf(new Error("x"))).toBeNull();
});
