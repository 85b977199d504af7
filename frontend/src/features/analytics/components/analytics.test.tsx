import { screen, within } from "@testing-library/react";
import { axe } from "jest-axe";

import { Analytics } from "@/features/analytics/components/analytics";
import { rangeOf, shareOf, sightsOf } from "@/features/analytics/model";
import { setAccessToken } from "@/lib/auth/token";
import { me } from "@/testing/models";
import { renderApp } from "@/testing/render";
import { answers, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

withServer();
afterEach(() => setAccessToken(null));

const usd = (amount: string) => ({ amount, amount_minor: Math.round(Number(amount) * 100), currency: "USD" });
const coverage = { first: "2026-10-26", last: "2026-11-24", days: 30, missing: 0, refreshed_at: "2026-11-24T09:00:00Z" };
const size = { signed_up: 4, kyc: 2, profile: 2, funded: 1, invested: 0 };
const cohorts: Schemas["CohortReportOut"] = { coverage: { ...coverage, missing: 22 }, weeks: [{ week: "2026-W48", first: "2026-11-23", size }], total: size };
const line: Schemas["FlowLineOut"] = {
  day: "2026-11-24", currency: "USD", deposits: usd("25.10"), deposit_count: 1, withdrawals: usd("0.00"), withdrawal_count: 0,
  transfers: usd("0.00"), transfer_count: 0, bought: usd("0.00"), sold: usd("0.00"), order_count: 0, fees: usd("0.00"), reversed: usd("0.00"), customers_net: usd("25.10"),
};
const flows: Schemas["FlowReportOut"] = { coverage, days: [line], totals: [{ ...line, day: null }] };
const total: Schemas["FraudLineOut"] = {
  day: null, channel: null, judged: 10, approved: 7, stepped_up: 0, held: 2, blocked: 1, degraded: 0, released: 1, voided: 1, rejected: 1, expired: 0,
  alert_rate: 0.3, precision: 0.5, median_decision_s: 600, prevented: [usd("40.00")], blocked_amounts: [usd("5.00")],
};
const empty = { ...total, judged: 0, held: 0, blocked: 0, alert_rate: null, precision: null, median_decision_s: null, prevented: [] };
const fraud: Schemas["FraudReportOut"] = { coverage, total, channels: [{ ...total, channel: "transfer" }], days: [{ ...empty, day: "2026-11-24" }] };

function stand(role: string): void {
  server.use(
    signedIn,
    answers("/v1/me", me(role)),
    answers("/v1/analytics/cohorts", cohorts),
    answers("/v1/analytics/flows", flows),
    answers("/v1/analytics/fraud", fraud),
  );
}

test("an admin sees people, money and fraud as the API said them", async () => {
  stand("admin");
  const { container } = renderApp(<Analytics />);
  const people = await screen.findByRole("table", { name: "Sign-ups by week" });
  expect(within(people).getByRole("row", { name: /2026-W48/ })).toHaveTextContent("42 (50%)2 (50%)1 (25%)0 (0%)");
  expect(screen.getByTestId("missing-cohorts")).toHaveTextContent("22 of 30 days were not summed yet");
  const money = await screen.findByRole("table", { name: "Money by day" });
  expect(within(money).getByRole("row", { name: /Nov 24/ })).toHaveTextContent("$25.10");
  const figures = await screen.findByRole("table", { name: "Fraud by channel and day" });
  expect(within(figures).getByRole("row", { name: /Everything/ })).toHaveTextContent(/30\.0%50\.0%10 min\$40\.00/);
  expect(within(figures).getByRole("row", { name: /Nov 24/ })).toHaveTextContent("––––");
  expect(await axe(container)).toHaveNoViolations();
});

test("an analyst sees fraud alone, a reviewer is told whose figures these are", async () => {
  stand("fraud_analyst");
  const { unmount } = renderApp(<Analytics />);
  expect(await screen.findByRole("table", { name: "Fraud by channel and day" })).toBeInTheDocument();
  expect(screen.queryByRole("table", { name: "Money by day" })).not.toBeInTheDocument();
  unmount();
  stand("kyc_reviewer");
  renderApp(<Analytics />);
  expect(await screen.findByText(/for admins, data scientists and fraud analysts/)).toBeInTheDocument();
});

test("a span ends today in UTC, and nobody is no share", () => {
  expect(rangeOf(30, Date.parse("2026-11-24T23:30:00Z"))).toEqual({ from: "2026-10-26", to: "2026-11-24" });
  expect(shareOf(0, 0)).toBeNull();
  expect(sightsOf(undefined)).toEqual({ people: false, fraud: false });
});
