import { screen } from "@testing-library/react";

import { ErrorState } from "@/components/error-state";
import { ApiError } from "@/lib/api/problem";
import { renderApp } from "@/testing/render";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
}));

test("a refused payment leads to its reasons and to a person", () => {
  renderApp(<ErrorState error={new ApiError("payment_blocked", 403, "refused", null, null, { decision_id: "d1" })} />);
  expect(screen.getByRole("link", { name: "See why, or ask a person to look" })).toHaveAttribute("href", "/app/confirm?decision=d1");
});

test("a refusal of frozen money leads to where the freeze is lifted", () => {
  renderApp(<ErrorState error={new ApiError("account_frozen", 403, "frozen")} />);
  expect(screen.getByText(/^Your money is frozen/)).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Open the security settings" })).toHaveAttribute("href", "/app/settings/security");
});

test("other refusals lead to no decision", () => {
  renderApp(<ErrorState error={new ApiError("step_up_required", 403, "a code", null, null, { decision_id: "d1" })} />);
  expect(screen.queryByRole("link")).not.toBeInTheDocument();
});
