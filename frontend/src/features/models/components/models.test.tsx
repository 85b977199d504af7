import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Models } from "@/features/models/components/models";
import { setAccessToken } from "@/lib/auth/token";
import { change, comparison, desk, me, model, monitor, NEW, OLD, oldModel, report, SCIENTIST } from "@/testing/models";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

let search = "";
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
beforeEach(() => {
  search = "";
});
afterEach(() => setAccessToken(null));

const BASE = "/v1/models/fraud";
type Parts = { desk?: Schemas["ModelDeskOut"]; monitor?: Schemas["ModelMonitorOut"]; changes?: Schemas["ModelChangeOut"][]; role?: string };

function stand(parts: Parts = {}): void {
  server.use(
    signedIn,
    answers("/v1/me", me(parts.role ?? "data_scientist")),
    answers(`${BASE}/monitor`, parts.monitor ?? monitor),
    answers(`${BASE}/changes`, parts.changes ?? []),
    answers(BASE, parts.desk ?? desk),
  );
}

test("the figures are the API's, and an alert is a word and a sign", async () => {
  stand();
  const { container } = renderApp(<Models />);
  expect(await screen.findByTestId("in-force")).toHaveTextContent(OLD);
  expect(screen.getByTestId("judging")).toHaveTextContent("Judges payments in this process");
  const versions = screen.getByRole("region", { name: "Stored versions" });
  expect(within(versions).getByRole("row", { name: /aaaa/ })).toHaveTextContent(/Mar 30, 2024.*0\.8653.*Pinned/);
  expect(within(versions).getByRole("row", { name: /found-on-disk/ })).toHaveTextContent(/Refused.*neither shipped nor signed/);
  expect(within(versions).queryByRole("button", { name: /found-on-disk/ })).not.toBeInTheDocument();
  expect(await screen.findByTestId("day-scored")).toHaveTextContent("396");
  expect(screen.getByTestId("day-stopped")).toHaveTextContent("5.0%");
  expect(screen.getByTestId("outcome-hold")).toHaveTextContent("6 (1.5%)");
  expect(screen.getByTestId("truth-average_precision")).toHaveTextContent("0.7123");
  expect(screen.getByTestId("truth-cost")).toHaveTextContent("1,234.50");
  expect(screen.getByText("4 payments were judged without a model.")).toBeInTheDocument();
  const drift = within(screen.getByRole("region", { name: "Drift" })).getAllByRole("row");
  expect(drift[1]).toHaveTextContent(/amount▲ drifted0\.3142.*0\.25001\.5%/);
  expect(drift[2]).toHaveTextContent(/The score itself○ steady/);
  expect(screen.getByTestId("drift-verdict")).toHaveTextContent("1 column moved beyond a PSI of 0.2.");
  expect(screen.getByText(/Only one day has this figure yet/)).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("an empty sandbox says what is missing", async () => {
  const few = { ...report, rows: 7, scored: 7, degraded: 0, alerts: [], changes: null, labelled: { rows: 3, frauds: 0 } };
  stand({ desk: { ...desk, versions: desk.versions.slice(0, 1) }, monitor: { ...monitor, reports: [few] } });
  renderApp(<Models />);
  expect(await screen.findByTestId("too-few")).toHaveTextContent("Too few payments to judge drift: 7 of 200.");
  expect(screen.getByTestId("no-labels")).toHaveTextContent("3 labelled payments in the last 28 days, 0 of them frauds");
  expect(screen.getByTestId("day-changes")).toHaveTextContent("not looked for here");
  expect(screen.getByText(/There is no other version to measure/)).toBeInTheDocument();
  expect(await screen.findByText("Nobody has asked for a change yet.")).toBeInTheDocument();
});

test("without a report it says when the worker looks", async () => {
  stand({ monitor: { ...monitor, reports: [] } });
  renderApp(<Models />);
  expect(await screen.findByTestId("no-report")).toHaveTextContent(/every hour, the first time within five minutes of the start/);
});

test.each([
  [null, "This process judges without a model"],
  [NEW, "This process still judges with another version"],
])("a process that judges with %s is named", async (judging_here, words) => {
  stand({ desk: { ...desk, judging_here } });
  renderApp(<Models />);
  expect(await screen.findByTestId("judging")).toHaveTextContent(words);
});

test("a fraud analyst reads and changes nothing", async () => {
  stand({ role: "fraud_analyst", desk: { ...desk, previous: NEW } });
  server.use(refuses(`${BASE}/changes`, 403, "wrong_role"));
  renderApp(<Models />);
  expect(await screen.findByTestId("day-rows")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /Shadow|Measure|Promote|promote|go back/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("heading", { name: "Asked changes" })).not.toBeInTheDocument();
  expect(screen.getByRole("link", { name: /^Compare .*bbbb/ })).toHaveAttribute("href", `/app/models?version=${NEW}#figures`);
});

test("a role without the right is told so", async () => {
  stand();
  server.use(refuses(BASE, 403, "wrong_role"));
  renderApp(<Models />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Your role may not see this page.");
});

test("a refused promotion says what speaks against it; a reason is asked for first", async () => {
  stand();
  const reasons = ["3.0 labelled days of 14"];
  server.use(
    http.post(`*${BASE}/changes`, () =>
      HttpResponse.json({ code: "promotion_refused", status: 409, detail: "no", request_id: "r-9", reasons }, { status: 409, headers: { "content-type": "application/problem+json" } }),
    ),
  );
  renderApp(<Models />);
  await userEvent.click(await screen.findByRole("button", { name: `Ask to promote ${NEW}` }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask" }));
  expect(await within(dialog).findByText(/at least three letters/)).toBeInTheDocument();
  await userEvent.click(within(dialog).getByLabelText("Reason"));
  await userEvent.paste("won two weeks");
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask" }));
  expect(await within(dialog).findByText("3.0 labelled days of 14")).toBeInTheDocument();
  expect(within(dialog).getByRole("alert")).toHaveTextContent(/has not shown that it is better.*r-9/);
});

test("a rollback names no version; asking ends in a sentence", async () => {
  stand({ desk: { ...desk, version: NEW, judging_here: NEW, previous: OLD, by: "operator", reason: "better", since: "2026-11-24T10:00:00Z" } });
  const asked: unknown[] = [];
  server.use(
    http.post(`*${BASE}/changes`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ ...change, mine: true, asked_by: SCIENTIST }, { status: 201 });
    }),
  );
  renderApp(<Models />);
  await userEvent.click(await screen.findByRole("button", { name: "Ask to go back" }));
  await userEvent.click(await screen.findByLabelText("Reason"));
  await userEvent.paste("precision fell");
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Ask" }));
  expect(await screen.findByText("Asked. Another person has to agree within 24 hours.")).toBeInTheDocument();
  expect(asked).toEqual([{ action: "rollback", version: null, reason: "precision fell" }]);
});

test("who asked waits for a second person and can only withdraw", async () => {
  stand({ changes: [{ ...change, mine: true, asked_by: SCIENTIST }] });
  renderApp(<Models />);
  expect(await screen.findByText(/Waiting for a second person/)).toBeInTheDocument();
  expect(await screen.findByText(/^Asked by you, /)).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Agree/ })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: `Withdraw: Going back to ${OLD}` })).toBeInTheDocument();
});

test("a colleague agrees with a code bound to this change; expired and decided ones offer nothing", async () => {
  const over = { ...change, change_id: "01hzzzzzzzzzzzzzzzzzzzzzzd", expires_at: "2026-11-24T13:00:00Z" };
  const done = { ...change, change_id: "01hzzzzzzzzzzzzzzzzzzzzzze", state: "done" as const, decided_by: SCIENTIST, decided_at: "2026-11-24T12:30:00Z" };
  stand({ role: "admin", changes: [change, over, done] });
  const params = { change: change.change_id, decision: "agree" };
  const steps: unknown[] = [];
  server.use(
    http.post("*/v1/me/step-up", async ({ request }) => {
      steps.push(await request.json());
      return HttpResponse.json({ grant: "grant-1", expires_in: 300 });
    }),
    http.post(`*${BASE}/changes/${change.change_id}/decision`, async ({ request }) => {
      const grant = request.headers.get("x-step-up-grant");
      if (grant === null) return HttpResponse.json({ code: "step_up_required", status: 403, action: "model_change", params }, { status: 403 });
      steps.push([grant, await request.json()]);
      return HttpResponse.json({ ...change, state: "done" });
    }),
  );
  renderApp(<Models />);
  expect(await screen.findByText("expired")).toBeInTheDocument();
  expect(screen.getByText("done")).toBeInTheDocument();
  const agree = screen.getAllByRole("button", { name: /^Agree with a code/ });
  expect(agree).toHaveLength(1);
  await userEvent.click(agree[0] as HTMLElement);
  await userEvent.click(await screen.findByLabelText("Code from your app"));
  await userEvent.paste("123456");
  await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
  await waitFor(() => expect(steps).toEqual([{ action: "model_change", params, code: "123456" }, ["grant-1", { decision: "agree" }]]));
});

test("a challenger that won may be promoted; one that did not says why", async () => {
  const shadowed = { ...desk, challenger: NEW, challenger_since: "2026-11-04T12:00:00Z" };
  stand({ desk: shadowed, monitor: { ...monitor, comparison } });
  const { unmount } = renderApp(<Models />);
  expect(await screen.findByTestId("verdict")).toHaveTextContent("It may be promoted");
  expect(screen.getByTestId("precision-gain")).toHaveTextContent("+0.0200 to +0.1500");
  expect(screen.getByTestId("cost-saving")).toHaveTextContent("+20.00 to +150.00");
  expect(screen.getByRole("row", { name: /^Average precision/ })).toHaveTextContent(/0\.7000.*0\.8000/);
  expect(screen.getByRole("button", { name: "Ask for the promotion" })).toBeInTheDocument();
  unmount();
  stand({ desk: shadowed, monitor: { ...monitor, comparison: { ...comparison, champion: {}, challenger: {}, refusals: ["0 known frauds among 3"] } } });
  renderApp(<Models />);
  expect(await screen.findByTestId("verdict")).toHaveTextContent(/may not be promoted yet.*0 known frauds among 3/);
  expect(screen.queryByRole("button", { name: "Ask for the promotion" })).not.toBeInTheDocument();
});

test("the line is read day by day with the arrow keys, and has a table of the same figures", async () => {
  const before = { ...report, day: "2026-11-23", columns: [{ name: "hour", psi: 0.05, ks: 0.02, default_share: 0.1 }] };
  stand({ monitor: { ...monitor, reports: [report, before] } });
  renderApp(<Models />);
  const line = await screen.findByRole("slider", { name: "Largest PSI" });
  expect(line).toHaveAttribute("aria-valuetext", "Nov 24, 2026: 0.3142");
  line.focus();
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
  expect(line).toHaveAttribute("aria-valuetext", "Nov 23, 2026: 0.0500");
  await userEvent.click(screen.getByText("Table"));
  const twin = screen.getByRole("region", { name: "The last 90 days" });
  expect(within(twin).getAllByRole("row")[1]).toHaveTextContent(/Nov 24, 2026.*0\.31421.*0\.7123/);
});

test("a version stands beside the one in force, and its card cannot run anything", async () => {
  search = `version=${NEW}`;
  stand();
  server.use(answers(`${BASE}/versions/${NEW}`, model), answers(`${BASE}/versions/${OLD}`, oldModel));
  const { container } = renderApp(<Models />);
  expect(await screen.findByRole("heading", { level: 1, name: "Model version" })).toBeInTheDocument();
  await screen.findByRole("columnheader", { name: "In force" });
  expect(await screen.findByRole("row", { name: /^Average precision/ })).toHaveTextContent("Average precision0.90000.8500 to 0.94000.86530.8100 to 0.9200");
  expect(screen.getByRole("row", { name: /^unheard_of/ })).toHaveTextContent("0.5000");
  expect(screen.getByTestId("fact-data")).toHaveTextContent("6a506be5");
  expect(screen.getByText("0.72872")).toBeInTheDocument();
  expect(screen.getByText("own_cost")).toBeInTheDocument();
  expect(screen.getByRole("heading", { level: 3, name: "Fraud model" })).toBeInTheDocument();
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText(/<img src=x/)).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("a version that is not stored is said so", async () => {
  search = "version=gone";
  stand();
  server.use(refuses(`${BASE}/versions/gone`, 404, "model_not_found"));
  renderApp(<Models />);
  expect(await screen.findByRole("alert")).toHaveTextContent("This version is not stored on this installation.");
});
