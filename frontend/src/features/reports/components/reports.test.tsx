import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Reports } from "@/features/reports/components/reports";
import { byMonth, monthName, periodOf, seesFigures, yearsOf } from "@/features/reports/model";
import { setAccessToken } from "@/lib/auth/token";
import { me } from "@/testing/models";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

withServer();
afterEach(() => setAccessToken(null));

const report = (more: Partial<Schemas["ReportHeadOut"]> = {}): Schemas["ReportHeadOut"] => ({
  report_id: "a".repeat(20), kind: "statement", period: "2026-10", first: "2026-10-01", last: "2026-10-31", until: "2026-11-01T00:00:00Z",
  made_at: "2026-11-01T03:10:00Z", state: "issued", sha256: "f".repeat(64), reason: null, ...more,
});
const refused = report({ report_id: "b".repeat(20), kind: "performance", state: "refused", sha256: null, reason: "difference" });
const figures = report({ report_id: "c".repeat(20), kind: "fraud_kpi", period: "2026-W44", first: "2026-10-26", last: "2026-11-01" });

function stand(role: string, reports: Schemas["ReportHeadOut"][]): void {
  server.use(signedIn, answers("/v1/me", me(role)), answers("/v1/reports", { reports }), answers("/v1/analytics/reports", { reports: [figures] }));
}

test("reports stand under their month, a refused one says why and has no files", async () => {
  stand("user", [report({ period: "2026-09", first: "2026-09-01", last: "2026-09-30", report_id: "d".repeat(20) }), report(), refused]);
  const { container } = renderApp(<Reports />);
  const october = await screen.findByRole("region", { name: "October 2026" });
  expect(within(october).getAllByRole("listitem")).toHaveLength(2);
  expect(within(october).getByText("Not issued")).toBeInTheDocument();
  expect(within(october).getByText(/totals differ from the ledger/)).toBeInTheDocument();
  expect(within(october).getAllByRole("button")).toHaveLength(2);
  expect(screen.getAllByRole("heading", { level: 2 }).map((heading) => heading.textContent)).toEqual(["October 2026", "September 2026"]);
  expect(screen.queryByText("Fraud figures")).not.toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("a file is fetched with the caller's token and handed over under its name", async () => {
  stand("user", [report()]);
  let asked = "";
  server.use(
    http.get("*/v1/reports/:id", ({ request, params }) => {
      asked = `${String(params.id)} ${request.headers.get("authorization") ?? ""}`;
      return new HttpResponse("a,b", { headers: { "content-type": "text/csv" } });
    }),
  );
  const saved: string[] = [];
  const click = jest.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLElement) {
    saved.push((this as HTMLAnchorElement).download);
  });
  URL.createObjectURL = () => "blob:1";
  URL.revokeObjectURL = () => undefined;
  renderApp(<Reports />);
  await userEvent.click(await screen.findByRole("button", { name: /^Save Statement of accounts, .* as CSV$/ }));
  await waitFor(() => expect(click).toHaveBeenCalledTimes(1));
  expect(asked).toBe(`${"a".repeat(20)}.csv Bearer token-1`);
  expect(saved).toEqual([`finnami-report-${"a".repeat(20)}.csv`]);
  click.mockRestore();
});

test("nothing yet is said, and a report asked for appears; nothing to tell is an answer, too", async () => {
  stand("user", []);
  renderApp(<Reports />);
  expect(await screen.findByText(/No reports for \d{4} yet/)).toBeInTheDocument();
  const body: Schemas["ReportOut"] = { ...report(), content: {}, differences: [] };
  let wanted: unknown = null;
  server.use(
    http.post("*/v1/reports", async ({ request }) => {
      wanted = await request.json();
      return HttpResponse.json(body);
    }),
    answers("/v1/reports", { reports: [report()] }),
  );
  await userEvent.click(screen.getByRole("button", { name: "Make report" }));
  expect(await screen.findByRole("region", { name: "October 2026" })).toBeInTheDocument();
  expect(wanted).toEqual({ kind: "statement", period: new Date().toISOString().slice(0, 10) });
  expect(screen.getByRole("status")).toHaveTextContent("in the list below");
  server.use(refuses("/v1/reports", 409, "report_empty"));
  await userEvent.click(screen.getByRole("button", { name: "Make report" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Nothing happened in this period");
});

test("a list that cannot be had can be tried again", async () => {
  server.use(signedIn, answers("/v1/me", me("user")), refuses("/v1/reports", 503, "unavailable"));
  renderApp(<Reports />);
  expect(await screen.findByRole("alert")).toBeInTheDocument();
  server.use(answers("/v1/reports", { reports: [report()] }));
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("region", { name: "October 2026" })).toBeInTheDocument();
});

test("who sees fraud day by day sees its kept figures beside", async () => {
  stand("fraud_analyst", []);
  renderApp(<Reports />);
  await userEvent.click(await screen.findByText("Fraud figures"));
  const october = await screen.findByRole("region", { name: "October 2026" });
  expect(within(october).getByText("Key figures of fraud")).toBeInTheDocument();
  expect(screen.queryByRole("combobox")).not.toBeInTheDocument();
});

test("periods are UTC months, and a year's months come newest first", () => {
  expect(periodOf("lastMonth", Date.parse("2026-01-01T00:30:00Z"))).toBe("2025-12");
  expect(periodOf("soFar", Date.parse("2026-11-26T23:30:00Z"))).toBe("2026-11-26");
  expect(yearsOf(Date.parse("2026-11-26T00:00:00Z"))).toEqual([2026, 2025, 2024, 2023, 2022]);
  expect(byMonth([report({ first: "2026-01-01" }), report()]).map(({ key }) => key)).toEqual(["2026-10", "2026-01"]);
  expect(monthName("en", "2026-10")).toBe("October 2026");
  expect([seesFigures(["user"]), seesFigures(["user", "admin"])]).toEqual([false, true]);
});
