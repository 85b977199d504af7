import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { ConfirmPayment } from "@/features/fraud/components/confirm";
import { accessToken, setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

let search = "id=m1";
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ href, children }: { href: string; children: React.ReactNode }) => <a href={href}>{children}</a>,
  usePathname: () => "/app/confirm",
  useRouter: () => ({ replace: () => undefined }),
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
beforeEach(() => {
  search = "id=m1";
  setAccessToken({ value: "token-1", expiresAt: Date.now() + 600_000 });
});
afterEach(() => setAccessToken(null));

const asked: Schemas["ConfirmationOut"] = {
  movement_id: "m1", decision_id: "d1", state: "asked", held: true, amount: { amount: "4200.00", amount_minor: 420000, currency: "USD" },
  kind: "transfer", payee_id: "0123456789abcdefghjm", device: "Firefox on Linux", this_device: false, reasons: [], asked_at: "2026-11-24T12:00:00Z", answered_at: null,
};
const notice: Schemas["PaymentNoticeOut"] = {
  decision_id: "d1", outcome: "hold", at: "2026-11-24T12:00:00Z", amount: asked.amount,
  reasons: [{ code: "amount", sentence: "4200.00 USD is more than you usually send.", how_to_correct: "Confirm it with a code.", values: { amount: "4200.00", average: "120.00", currency: "USD" } }],
  human_review: "You may ask a person to look at it.", review_asked_at: null, review_outcome: null, review_decided_at: null,
};
const given: Schemas["ConfirmationAnswerOut"] = {
  movement_id: "m1", state: "confirmed", movement_state: "held", signed_out: false, first: true, grant: null, grant_expires_in_s: null, action: null, params: {},
};

function serve(found: Schemas["ConfirmationOut"]): void {
  server.use(signedIn, answers("/v1/confirmations/m1", found), answers("/v1/payment-decisions/d1/notice", notice));
}

test("the payment is shown with amount, device and reasons", async () => {
  serve(asked);
  const { container } = renderApp(<ConfirmPayment />);
  expect(await screen.findByText("$4,200.00")).toBeInTheDocument();
  expect(screen.getByText("Firefox on Linux")).toBeInTheDocument();
  expect(await screen.findByText("You sent $4,200.00; in the 30 days before, you paid $120.00 on average.")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

describe("asking for a person", () => {
  const blocked: Schemas["PaymentNoticeOut"] = { ...notice, outcome: "block" };
  beforeEach(() => {
    search = "decision=d1";
    server.use(signedIn, answers("/v1/payment-decisions/d1/notice", blocked));
  });

  test("a blocked payment's page takes her words once and says when she asked", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/v1/payment-decisions/d1/review", async ({ request }) => {
        bodies.push(await request.json());
        const kept = { ...blocked, review_asked_at: "2026-11-24T13:00:00Z" };
        server.use(answers("/v1/payment-decisions/d1/notice", kept));
        return HttpResponse.json(kept);
      }),
    );
    const { container } = renderApp(<ConfirmPayment />);
    expect(await screen.findByRole("heading", { name: "A payment that was stopped" })).toBeInTheDocument();
    expect(await axe(container)).toHaveNoViolations();
    const send = await screen.findByRole("button", { name: "Ask a person to look" });
    await userEvent.type(screen.getByLabelText("What should they know?"), "  a ");
    await userEvent.click(send);
    expect(await screen.findByText("Please write at least three characters.")).toBeInTheDocument();
    expect(bodies).toEqual([]);
    await userEvent.type(screen.getByLabelText("What should they know?"), "deposit for my flat ");
    await userEvent.click(send);
    expect(await screen.findByText(/^You asked a person on Nov 24, 2026/)).toBeInTheDocument();
    expect(screen.getByText("The answer will stand here.")).toBeInTheDocument();
    expect(bodies).toEqual([{ message: "a deposit for my flat" }]);
    expect(screen.queryByRole("button", { name: "Ask a person to look" })).not.toBeInTheDocument();
  });

  test.each([
    ["cleared", /found nothing against it/],
    ["upheld", /The decision stands/],
  ] as const)("the outcome %s is said in neutral words", async (review_outcome, words) => {
    const decided = { ...blocked, review_asked_at: "2026-11-24T13:00:00Z", review_outcome, review_decided_at: "2026-11-25T08:00:00Z" };
    server.use(answers("/v1/payment-decisions/d1/notice", decided));
    renderApp(<ConfirmPayment />);
    expect(await screen.findByText(words)).toHaveTextContent("Nov 25, 2026");
  });

  test("a payment that went through offers no review", async () => {
    server.use(answers("/v1/payment-decisions/d1/notice", { ...notice, outcome: "approve" }));
    renderApp(<ConfirmPayment />);
    expect(await screen.findByText("The payment went through; nothing is asked of you.")).toBeInTheDocument();
    expect(screen.queryByRole("heading", { name: "Ask a person" })).not.toBeInTheDocument();
  });
});

test("yes takes a fresh code, once", async () => {
  serve(asked);
  const bodies: unknown[] = [];
  server.use(
    http.post("*/v1/confirmations/m1/answer", async ({ request }) => {
      bodies.push(await request.json());
      serve({ ...asked, state: "confirmed" });
      return HttpResponse.json(given);
    }),
  );
  renderApp(<ConfirmPayment />);
  await userEvent.click(await screen.findByRole("button", { name: "Yes, it was me" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByText(/You said it was you. A person decides now/)).toBeInTheDocument();
  expect(bodies).toEqual([{ was_me: true, code: "123456" }]);
});

test("what was decided elsewhere offers no answer any more", async () => {
  serve({ ...asked, state: "settled" });
  renderApp(<ConfirmPayment />);
  expect(await screen.findByText("This was decided elsewhere before you answered.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Yes, it was me" })).not.toBeInTheDocument();
});

test("without an id the waiting question is shown, or that there is none", async () => {
  search = "";
  server.use(signedIn, answers("/v1/confirmations", []));
  renderApp(<ConfirmPayment />);
  expect(await screen.findByText("No payment waits for your word.")).toBeInTheDocument();
});

test("an unknown question is an error with a retry", async () => {
  server.use(signedIn, refuses("/v1/confirmations/m1", 404, "question_not_found"));
  renderApp(<ConfirmPayment />);
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no such question.");
});

// Last: the session of this file is over afterwards, as it is for the person.
test("no asks once more, then says that every log-in is over and where to go", async () => {
  serve(asked);
  const bodies: unknown[] = [];
  server.use(
    http.post("*/v1/confirmations/m1/answer", async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...given, state: "denied", movement_state: "voided", signed_out: true });
    }),
  );
  renderApp(<ConfirmPayment />);
  await userEvent.click(await screen.findByRole("button", { name: "No, it was not me" }));
  const sure = await screen.findByRole("button", { name: "It was not me" });
  expect(bodies).toEqual([]);
  await userEvent.click(sure);
  expect(await screen.findByRole("heading", { name: "Everything is stopped" })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Choose a new password" }).closest("a")).toHaveAttribute("href", "/app/recover");
  await waitFor(() => expect(accessToken()).toBeNull());
  expect(bodies).toEqual([{ was_me: false }]);
});
