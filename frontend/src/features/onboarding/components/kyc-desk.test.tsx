import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { KycDesk } from "@/features/onboarding/components/kyc-desk";
import { setAccessToken } from "@/lib/auth/token";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

withServer();
afterEach(() => setAccessToken(null));

const me: Partial<Schemas["Me"]> = { id: "rosa", roles: ["kyc_reviewer"] };
const item: Schemas["KycReviewItemOut"] = {
  case_id: "c1", state: "pending", revision: 1, reviewer_id: null, submitted_at: "2026-11-24T12:00:00Z",
  needs_second_person: false, risk_codes: [], proposed_decision: null, proposed_by_me: false,
};
const highRisk = { ...item, needs_second_person: true, risk_codes: ["high_risk_country" as const] };
const review = (more: Partial<Schemas["KycReviewOut"]>): Schemas["KycReviewOut"] => ({
  ...item, legal_name: "Amina Diallo", birth_date: "1994-05-17", age_years: 32, country: "KP", address: "Street 1",
  document_number: "AB1234567", staff_note: "", history: [], ...more,
});

async function openCase(more: Partial<Schemas["KycReviewOut"]>) {
  const found = review(more);
  server.use(signedIn, answers("/v1/me", me), answers("/v1/kyc/reviews", [found]), answers("/v1/kyc/reviews/c1", found));
  const rendered = renderApp(<KycDesk />);
  await userEvent.click(await screen.findByRole("button", { name: "Open case c1" }));
  await screen.findByRole("heading", { name: "Decision" });
  return rendered;
}

test("the queue marks which cases wait for a second reviewer", async () => {
  server.use(signedIn, answers("/v1/kyc/reviews", [
    item,
    { ...highRisk, case_id: "c2" },
    { ...highRisk, case_id: "c3", proposed_decision: "approve" },
    { ...highRisk, case_id: "c4", proposed_decision: "reject", proposed_by_me: true },
  ]));
  const { container } = renderApp(<KycDesk />);
  const row = async (id: string) => within((await screen.findByText(id)).closest("tr")!);
  expect((await row("c1")).getByText("One reviewer is enough")).toBeInTheDocument();
  expect((await row("c2")).getByText("Two reviewers needed")).toBeInTheDocument();
  expect((await row("c3")).getByText("Waiting for a second reviewer")).toBeInTheDocument();
  expect((await row("c4")).getByText("Your proposal waits for another reviewer")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("an ordinary case says nothing of a second reviewer and is decided", async () => {
  await openCase({ state: "in_review", reviewer_id: "rosa" });
  expect(await screen.findByRole("button", { name: "Decide" })).toBeInTheDocument();
  expect(screen.queryByText(/Two different reviewers/)).not.toBeInTheDocument();
});

test("high risk is explained, and the first decision is a proposal unless it asks for a correction", async () => {
  const { container } = await openCase({ ...highRisk, state: "in_review", reviewer_id: "rosa" });
  expect(screen.getByText(/Two different reviewers must say the same/)).toBeInTheDocument();
  expect(screen.getByRole("list", { name: "Why two reviewers" })).toHaveTextContent("high-risk countries");
  expect(await screen.findByRole("button", { name: "Propose" })).toBeInTheDocument();
  await userEvent.click(screen.getByRole("radio", { name: "Ask for a correction" }));
  expect(await screen.findByRole("button", { name: "Decide" })).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("the second reviewer reads the proposal; the same word decides, another proposes", async () => {
  await openCase({ ...highRisk, state: "in_review", reviewer_id: "rosa", proposed_decision: "approve" });
  expect(screen.getByText(/A first reviewer proposed to approve/)).toBeInTheDocument();
  expect(await screen.findByRole("button", { name: "Decide" })).toBeInTheDocument();
  await userEvent.click(screen.getByRole("radio", { name: "Reject" }));
  expect(await screen.findByRole("button", { name: "Propose" })).toBeInTheDocument();
});

test("who proposed can neither take the case nor decide again", async () => {
  await openCase({
    ...highRisk, proposed_decision: "approve", proposed_by_me: true,
    history: [{ at: "2026-11-24T13:00:00Z", state: "pending", actor: "rosa", reason: "proposed_approve" }],
  });
  expect(screen.getByText(/You proposed to approve/)).toBeInTheDocument();
  expect(screen.getByText(/^Proposed to approve,/)).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Take the case" })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Propose" })).not.toBeInTheDocument();
});

test("an approval can only be undone, without a claim, by the second who says so", async () => {
  const sent: unknown[] = [];
  await openCase({ state: "approved", needs_second_person: true, reviewer_id: "ruth", proposed_decision: "reject", revision: 4 });
  server.use(http.post("*/v1/kyc/reviews/c1/decision", async ({ request }) => {
    sent.push(await request.json());
    return HttpResponse.json({ ...item, state: "rejected" });
  }));
  expect(screen.getByText(/Rejecting now decides and freezes/)).toBeInTheDocument();
  expect(screen.queryByRole("radio", { name: "Approve" })).not.toBeInTheDocument();
  await userEvent.click(await screen.findByRole("button", { name: "Decide" }));
  expect(await screen.findByText("The oldest case first. Opening a case is written to the audit log.")).toBeInTheDocument();
  await screen.findByRole("button", { name: "Open case c1" });
  expect(sent).toEqual([{ decision: "reject", reason: "could_not_verify", staff_note: "", revision: 4 }]);
});

test("a refusal of the same person is said in words", async () => {
  await openCase({ ...highRisk });
  server.use(refuses("/v1/kyc/reviews/c1/claim", 403, "second_person_needed"));
  await userEvent.click(screen.getByRole("button", { name: "Take the case" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Another reviewer has to look at it.");
});
