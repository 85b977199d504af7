import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { CaseView } from "@/features/fraud/components/case-view";
import { setAccessToken } from "@/lib/auth/token";
import { ANALYST, explanation, heldCase, mineLock, ringGraph, similar, timeline, wouldPass } from "@/testing/fraud";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

let search = `id=${heldCase.case_id}`;
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
afterEach(() => {
  setAccessToken(null);
  search = `id=${heldCase.case_id}`;
});

const path = `/v1/fraud/cases/${heldCase.case_id}`;
const me = { id: ANALYST, email: "a@example.org", name: "Anton", locale: "en", roles: ["fraud_analyst"], totp_enabled: true, recovery_codes_left: 9, created_at: "2026-01-01T00:00:00Z" };

function serve(found: Schemas["FraudCaseOut"]): void {
  server.use(
    signedIn,
    answers("/v1/me", me),
    answers(path, found),
    answers(`${path}/timeline`, timeline),
    answers(`${path}/explanation`, explanation),
    answers(`${path}/similar`, similar),
    answers(`${path}/would-pass`, wouldPass),
    answers(`${path}/graph`, ringGraph),
  );
}

test("a case says why, compares with the customer's normal, shows similar ends and what would pass", async () => {
  serve(heldCase);
  const { container } = renderApp(<CaseView />);
  const reasons = within((await screen.findByRole("heading", { name: "What moved the score" })).closest("section") as HTMLElement);
  expect(reasons.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "First payment to this payee.",
    "The amount: 4200; raises the score.+2.500",
    "The time of day (UTC): 3; lowers the score.-0.500",
  ]);
  expect(screen.getByTestId("sum-check")).toHaveTextContent("base -1.500 plus all parts +2.000 is the score’s log-odds +0.500");
  expect(screen.getByRole("row", { name: /against the median/ })).toHaveTextContent("$4,200.00$50.00");
  expect(screen.getByRole("row", { name: /Earlier payments not larger/ })).toHaveTextContent("100%");
  expect(await screen.findByText(/the amount is \$180.00/)).toHaveTextContent("and with a fresh code");
  expect(await screen.findByRole("row", { name: /Customer denied by phone/ })).toHaveTextContent("Refused");
  expect(await screen.findByText("Opened by")).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("the graph of a ring has a table twin with every account and every tie", async () => {
  serve({ ...heldCase, case_kind: "ring", movement_id: null, kind: null, probability: null, members: ["u1", "u2", "u3", "u4", "u5", "u6"] });
  renderApp(<CaseView />);
  expect(await screen.findByRole("img", { name: "6 accounts, 2 devices, 0 networks, 11 ties drawn." })).toBeInTheDocument();
  expect(screen.queryByText("What moved the score")).not.toBeInTheDocument();
  await userEvent.click(screen.getByText("Table"));
  expect(within(screen.getByRole("table", { name: "Accounts and what they share" })).getAllByRole("row")).toHaveLength(9);
  expect(within(screen.getByRole("table", { name: "Ties" })).getByRole("row", { name: /A1 paid A2/ })).toHaveTextContent("$450.00");
});

test("taking a case that somebody else was quicker to take says so", async () => {
  serve(heldCase);
  server.use(refuses(`${path}/claim`, 409, "fraud_case_taken", { holder: "colleague-1" }));
  renderApp(<CaseView />);
  await userEvent.click(await screen.findByRole("button", { name: "Take the case" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Somebody else has this case");
});

test("a release needs a reason and a fresh code, and says when it takes a second person", async () => {
  serve({ ...heldCase, lock: mineLock, needs_second: true });
  const grants: (string | null)[] = [];
  server.use(
    http.post(`*${path}/decision`, async ({ request }) => {
      grants.push(request.headers.get("X-Step-Up-Grant"));
      expect(await request.json()).toEqual({ release: true, note: "Called back" });
      if (grants.length > 1) return HttpResponse.json({ ...heldCase, state: "awaiting_second" });
      const params = { case: heldCase.case_id, decision: "release" };
      return HttpResponse.json({ code: "step_up_required", detail: "", action: "case_decision", params }, { status: 403 });
    }),
    http.post("*/v1/me/step-up", () => HttpResponse.json({ grant: "grant-1", expires_in: 300 })),
  );
  renderApp(<CaseView />);
  expect(await screen.findByText("The amount is large: a release needs a second person.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Decide with a code" }));
  expect(await screen.findByText("Please choose one.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("radio", { name: "Release" }));
  await userEvent.type(screen.getByLabelText("Reason"), "Called back");
  await userEvent.click(screen.getByRole("button", { name: "Decide with a code" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText("Work on this case");
  expect(grants).toEqual([null, "grant-1"]);
});

test("who proposed a release cannot be the second person; after the customer's no only a refusal is possible", async () => {
  const proposal = { analyst_id: ANALYST, note: "Fine", at: "2026-11-24T12:00:00Z", mine: true };
  serve({ ...heldCase, state: "awaiting_second", lock: mineLock, proposal });
  const { unmount } = renderApp(<CaseView />);
  expect(await screen.findByText("You proposed the release. Another person has to agree.")).toBeInTheDocument();
  unmount();
  serve({ ...heldCase, lock: mineLock, customer_answer: "no" });
  renderApp(<CaseView />);
  expect(await screen.findByRole("radio", { name: "Release" })).toBeDisabled();
  expect(screen.getByRole("radio", { name: "Refuse" })).toBeEnabled();
});

test("an address without a case leads back; an unknown case is an error with a retry", async () => {
  search = "";
  const { unmount } = renderApp(<CaseView />);
  expect(screen.getByText("No case is named in this address.")).toBeInTheDocument();
  unmount();
  search = `id=${heldCase.case_id}`;
  server.use(signedIn, refuses(path, 404, "fraud_case_not_found"));
  renderApp(<CaseView />);
  expect(await screen.findByRole("alert")).toHaveTextContent("This case does not exist.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
});
