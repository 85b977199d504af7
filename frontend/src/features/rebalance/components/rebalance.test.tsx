import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Rebalance } from "@/features/rebalance/components/rebalance";
import { setAccessToken } from "@/lib/auth/token";
import { plan, PLAN_ID, run, sale, settings } from "@/testing/plans";
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

const noLimits: Schemas["LimitsOut"] = { whole_shares: false, limits: [], groups: [], most_turnover: null, most_fees: null, most_gain: null, lot_method: "fifo", changed_at: null };
const gold = { symbol: "GLD", name: "Gold", currency: "USD" } as Schemas["InstrumentOut"];

withServer();
beforeEach(() => {
  replace.mockClear();
  search = `plan=${PLAN_ID}`;
});
afterEach(() => setAccessToken(null));

const given = (found: Schemas["OrderPlanOut"], wish = settings) =>
  server.use(signedIn, answers(`/v1/orders/${PLAN_ID}`, found), answers("/v1/rebalancing", wish), answers("/v1/portfolio/lots/preview", sale), answers("/v1/rebalancing/limits", noLimits), answers("/v1/instruments", [gold]));

test("the preview says cash first, a reason per line, what the sale takes", async () => {
  given(plan);
  const { container } = renderApp(<Rebalance />);
  expect(await screen.findByRole("heading", { name: "Preview" })).toBeInTheDocument();
  await waitFor(() => expect(screen.getByTestId("cash-first")).toHaveTextContent("First your free cash ($20.00) is spent"));
  expect(screen.getByText("1 sale, 1 purchase, 1 left alone.")).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Sell AAA/ })).toHaveTextContent("It is 60.0% of your portfolio and should be 50.0%.");
  expect(screen.getByRole("row", { name: /Leave CCC/ })).toHaveTextContent(/close enough/);
  expect(await screen.findByText(/Buying it again before 2026-04-01/)).toBeInTheDocument();
  expect(screen.getByText(/tax at 30 % and 15 % would be \$0\.00/)).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("a double click places one set; the page shows what was booked", async () => {
  let posted = 0;
  given(plan);
  server.use(http.post("*/v1/orders", () => {
    posted += 1;
    return HttpResponse.json({ ...plan, state: "filled" }, { status: 201 });
  }));
  renderApp(<Rebalance />);
  const button = await screen.findByRole("button", { name: "Place these orders" });
  server.use(answers(`/v1/orders/${PLAN_ID}`, { ...plan, state: "filled" }));
  await userEvent.dblClick(button);
  expect(await screen.findByRole("heading", { name: "Your orders are executed" })).toBeInTheDocument();
  expect(posted).toBe(1);
  expect(screen.queryByRole("button", { name: "Place these orders" })).toBeNull();
});

test("a fresh code is asked for exactly this plan", async () => {
  const asked: unknown[] = [];
  given(plan);
  server.use(
    http.post("*/v1/orders", ({ request }) =>
      request.headers.get("x-step-up-grant") === "grant-1"
        ? HttpResponse.json({ ...plan, state: "held" }, { status: 201 })
        : HttpResponse.json({ code: "step_up_required", detail: "", action: "orders", params: { plan_id: PLAN_ID } }, { status: 403 }),
    ),
    http.post("*/v1/me/step-up", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ grant: "grant-1", expires_in: 60 });
    }),
  );
  renderApp(<Rebalance />);
  await userEvent.click(await screen.findByRole("button", { name: "Place these orders" }));
  server.use(answers(`/v1/orders/${PLAN_ID}`, { ...plan, state: "held" }));
  await userEvent.type(await screen.findByLabelText("Code from your app"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByRole("heading", { name: "Your orders are being checked" })).toBeInTheDocument();
  expect(asked).toEqual([{ action: "orders", params: { plan_id: PLAN_ID }, code: "123456" }]);
  expect(screen.getByTestId("held-next")).toHaveTextContent(/reserved.*A person looks.*booked.*free again/);
});

test.each([
  ["held", "Your orders are being checked"],
  ["filled", "Your orders are executed"],
  ["cancelled", "These orders were not executed"],
  ["executing", "Being executed"],
] as const)("after a reload a plan that is %s is shown as it stands", async (state, title) => {
  given({ ...plan, state });
  renderApp(<Rebalance />);
  expect(await screen.findByRole("heading", { name: title })).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Place these orders" })).toBeNull();
});

test("a stale price waits in words and names what is missing", async () => {
  search = "";
  given(plan);
  const note = { code: "stale_price", sentence: "The price of AAA is too old.", values: { symbols: "AAA" } };
  server.use(http.post("*/v1/rebalancing/preview", () => HttpResponse.json({ ...run, run_id: null, state: "waits", plan: null, triggers: [], notes: [note] })));
  renderApp(<Rebalance />);
  await userEvent.click(await screen.findByRole("button", { name: "Show the preview" }));
  expect(await screen.findByText("This waits")).toBeInTheDocument();
  expect(screen.getByText(/A price is missing or too old.*/)).toHaveTextContent("AAA");
  expect(replace).not.toHaveBeenCalled();
});

test("the preview goes to the address; an expired one is not placed", async () => {
  search = "";
  given(plan);
  server.use(http.post("*/v1/rebalancing/preview", () => HttpResponse.json(run)));
  const { unmount } = renderApp(<Rebalance />);
  await userEvent.click(await screen.findByRole("button", { name: "Show the preview" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith(`/app/rebalance?plan=${PLAN_ID}`, { scroll: false }));
  unmount();
  search = `plan=${PLAN_ID}`;
  given({ ...plan, expires_at: "2020-01-01T00:00:00Z" });
  renderApp(<Rebalance />);
  expect(await screen.findByRole("heading", { name: "This preview is over" })).toBeInTheDocument();
});

test("automatic runs are off until asked for", async () => {
  search = "";
  given(plan);
  const wishes: unknown[] = [];
  server.use(http.put("*/v1/rebalancing", async ({ request }) => {
    wishes.push(await request.json());
    return HttpResponse.json({ ...settings, automatic: true, next_at: "2026-03-03T15:00:00Z" });
  }));
  renderApp(<Rebalance />);
  const wish = await screen.findByRole("switch", { name: "Automatic rebalancing is off" });
  expect(wish).not.toBeChecked();
  await userEvent.click(wish);
  expect(await screen.findByText(/^Next look: Mar 3, 2026/)).toBeInTheDocument();
  expect(wishes).toEqual([{ automatic: true }]);
});

test("limits that clash are refused with the pair and the nearest; sound ones are kept", async () => {
  given(plan);
  const clash = { conflict: [{ kind: "at_least", subject: "GLD", bound: "0.9" }, { kind: "risk", subject: "", bound: "0.085" }], nearest: [{ kind: "at_least", subject: "GLD", to: "0.42" }] };
  server.use(answers("/v1/instruments", [gold]));
  let sent: unknown = null;
  renderApp(<Rebalance />);
  await userEvent.click(await screen.findByRole("button", { name: "Add a limit on an instrument" }));
  expect(screen.getByText(/Each limit needs an instrument/)).toBeInTheDocument();
  await userEvent.click(screen.getByLabelText("Instrument"));
  await userEvent.click(await screen.findByText("GLD · Gold"));
  await userEvent.type(screen.getByLabelText("At least"), "90");
  server.use(refuses("/v1/rebalancing/limits", 409, "wishes_conflict", clash));
  await userEvent.click(screen.getByRole("button", { name: "Keep these limits" }));
  const told = await screen.findByTestId("clash");
  expect(told).toHaveTextContent("at least 90.0% GLD");
  expect(told).toHaveTextContent("the promise of your profile");
  expect(told).toHaveTextContent("at least 42.0% GLD");
  server.use(http.put("*/v1/rebalancing/limits", async ({ request }) => {
    sent = await request.json();
    return HttpResponse.json({ ...noLimits, changed_at: "2026-03-02T15:00:00Z", limits: [{ symbol: "GLD", at_least: "0.4", at_most: "1" }] });
  }));
  await userEvent.clear(screen.getByLabelText("At least"));
  await userEvent.type(screen.getByLabelText("At least"), "40");
  await userEvent.click(screen.getByRole("button", { name: "Keep these limits" }));
  await waitFor(() => expect(sent).toMatchObject({ limits: [{ symbol: "GLD", at_least: "0.4", at_most: "1" }] }));
});
