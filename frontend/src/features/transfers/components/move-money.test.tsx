import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";

import { MoveMoney } from "@/features/transfers/components/move-money";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
}));

withServer();
afterEach(() => setAccessToken(null));

const cash: Schemas["AccountOut"] = {
  account_id: "0123456789abcdefghjk.USD", kind: "cash", unit: "USD",
  balance: "100.00", held: "0.00", available: "100.00", movements: 1,
};
const movement: Schemas["MovementOut"] = {
  movement_id: "m1", kind: "deposit", state: "posted", amount: { amount: "250.00", amount_minor: 25000, currency: "USD" },
  counterparty: "", memo: "", decision_id: "d1", reasons: [], at: "2026-11-24T12:00:00Z", expires_at: null,
};

test("a wrong amount is named and nothing is sent", async () => {
  server.use(signedIn, answers("/v1/accounts", [cash]));
  renderApp(<MoveMoney />);
  await userEvent.type(await screen.findByLabelText("Amount"), "-1");
  await userEvent.click(screen.getByRole("button", { name: "Deposit" }));
  expect(await screen.findByText("The amount must be above zero.")).toBeInTheDocument();
});

test("a step-up asks for a code and repeats the same movement with its grant", async () => {
  const keys: (string | null)[] = [];
  const grants: (string | null)[] = [];
  server.use(
    signedIn,
    answers("/v1/accounts", [cash]),
    http.post("*/v1/deposits", ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      grants.push(request.headers.get("X-Step-Up-Grant"));
      if (grants.at(-1) !== null) return HttpResponse.json(movement, { status: 201 });
      const params = { amount_minor: "25000", currency: "USD" };
      return HttpResponse.json({ code: "step_up_required", detail: "", action: "withdrawal", params }, { status: 403 });
    }),
    http.post("*/v1/me/step-up", async ({ request }) => {
      expect(await request.json()).toEqual({
        action: "withdrawal", params: { amount_minor: "25000", currency: "USD" }, code: "123456",
      });
      return HttpResponse.json({ grant: "grant-1", expires_in: 300 });
    }),
  );
  renderApp(<MoveMoney />);
  await userEvent.type(await screen.findByLabelText("Amount"), "250");
  await userEvent.click(screen.getByRole("button", { name: "Deposit" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByText("The movement stands in your ledger.")).toBeInTheDocument();
  expect(grants).toEqual([null, "grant-1"]);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[0]).not.toBeNull();
});

test("missing steps are shown as links", async () => {
  server.use(
    signedIn,
    answers("/v1/accounts", []),
    refuses("/v1/deposits", 403, "not_cleared", { missing: ["kyc", "disclosures"] }),
  );
  renderApp(<MoveMoney />);
  await userEvent.type(await screen.findByLabelText("Amount"), "10");
  await userEvent.click(screen.getByRole("button", { name: "Deposit" }));
  expect(await screen.findByRole("link", { name: "Identity check" })).toHaveAttribute("href", "/app/kyc");
});
