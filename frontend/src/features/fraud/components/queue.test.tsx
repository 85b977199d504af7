import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Queue } from "@/features/fraud/components/queue";
import { setAccessToken } from "@/lib/auth/token";
import { heldCase } from "@/testing/fraud";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

const replace = jest.fn();
let search = "";
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
  useRouter: () => ({ replace }),
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
beforeEach(() => {
  replace.mockClear();
  search = "";
});
afterEach(() => setAccessToken(null));

const queue = (cases: Schemas["FraudCaseOut"][]): Schemas["FraudQueueOut"] => ({ cases, next_after: null, as_of: "2026-11-24T12:10:00Z" });
const taken = { ...heldCase, case_id: "case-01hzzzzzzzzzzzzzzzzzzzzzz7", breached: true, lock: { analyst_id: "colleague-1", claimed_at: "2026-11-24T12:00:00Z", until: "2026-11-24T12:15:00Z", mine: false } };

test("a row says what it may cost, how sure the model is, why, and who has it", async () => {
  server.use(signedIn, answers("/v1/fraud/cases", queue([heldCase, taken])));
  const { container } = renderApp(<Queue />);
  expect(screen.getByText("Loading …")).toBeInTheDocument();
  const row = await screen.findByRole("row", { name: /zzzzz1/ });
  expect(row).toHaveTextContent("$2,604.00");
  expect(row).toHaveTextContent("62.0%");
  expect(row).toHaveTextContent("The amount: 4200; raises the score.");
  expect(row).toHaveTextContent("nobody");
  expect(screen.getByRole("row", { name: /zzzzz7/ })).toHaveTextContent(/Late.*colleague-1/);
  expect(await axe(container)).toHaveNoViolations();
});

test("j and k walk the cases", async () => {
  server.use(signedIn, answers("/v1/fraud/cases", queue([heldCase, taken])));
  renderApp(<Queue />);
  const [first, second] = await screen.findAllByRole("link", { name: /^Open case/ });
  await userEvent.keyboard("j");
  expect(first).toHaveFocus();
  await userEvent.keyboard("jj");
  expect(second).toHaveFocus();
  await userEvent.keyboard("k");
  expect(first).toHaveFocus();
});

test("the filter in the address reaches the API; changing it changes the address", async () => {
  search = "show=second&kind=ring&late=1";
  const asked: URL[] = [];
  server.use(
    signedIn,
    http.get("*/v1/fraud/cases", ({ request }) => {
      asked.push(new URL(request.url));
      return HttpResponse.json(queue([]));
    }),
  );
  renderApp(<Queue />);
  expect(await screen.findByText("No case fits these filters.")).toBeInTheDocument();
  expect(asked[0]?.searchParams.getAll("state")).toEqual(["awaiting_second"]);
  expect(asked[0]?.searchParams.get("kind")).toBe("ring");
  expect(asked[0]?.searchParams.get("breached")).toBe("true");
  await userEvent.click(screen.getByRole("checkbox", { name: "Mine" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith("/app/fraud?show=second&kind=ring&mine=1&late=1", { scroll: false }));
});

test("who may not see the queue is told so", async () => {
  server.use(signedIn, refuses("/v1/fraud/cases", 403, "wrong_role"));
  renderApp(<Queue />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Your role may not see this page.");
});
