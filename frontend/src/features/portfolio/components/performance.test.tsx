import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";

import { Performance } from "@/features/portfolio/components/performance";
import { setAccessToken } from "@/lib/auth/token";
import { fees, instruments, performance } from "@/testing/portfolio";
import { renderApp } from "@/testing/render";
import { answers, refuses, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

const replace = jest.fn();
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
  useRouter: () => ({ replace }),
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams("") }));

withServer();
afterEach(() => setAccessToken(null));

const given = (found: Schemas["PerformanceOut"]) =>
  server.use(signedIn, answers("/v1/portfolio/performance", found), answers("/v1/portfolio/fees", fees), answers("/v1/instruments", instruments));

test("every figure with the benchmark's beside it, its period, currency and age", async () => {
  given(performance);
  const { container } = renderApp(<Performance />);
  expect(await screen.findByTestId("figure-time_weighted")).toHaveTextContent("7.31%");
  expect(screen.getByRole("row", { name: /Money-weighted/ })).toHaveTextContent(/8\.12%.*5\.10%/);
  expect(screen.getByRole("row", { name: /Deepest fall/ })).toHaveTextContent("-4.12%");
  expect(screen.getByTestId("figure-gain")).toHaveTextContent("+$90.09");
  expect(screen.getByTestId("period")).toHaveTextContent(/From Feb 2, 2026 to Mar 2, 2026, in USD, prices as of Mar 2, 2026.*source simulated/);
  expect(await screen.findByText(/\$0\.89, 0\.08%/)).toBeInTheDocument();
  expect(await axe(container)).toHaveNoViolations();
});

test("a click on a number opens its method and its cash flows", async () => {
  given(performance);
  renderApp(<Performance />);
  await userEvent.click(await screen.findByTestId("figure-money_weighted"));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("XIRR");
  expect(within(dialog).getByRole("row", { name: /Deposit/ })).toHaveTextContent("+$1,070.01");
  expect(within(dialog).getByRole("row", { name: /Withdrawal/ })).toHaveTextContent("-$50.00");
});

test("arrow keys move through the days; what is said is also the spoken value", async () => {
  given(performance);
  renderApp(<Performance />);
  const chart = await screen.findByRole("slider");
  expect(chart).toHaveAttribute("aria-valuetext", "Mar 2, 2026: you 7.31%, VTI 60% / AGG 40% 5.00%; value $1,110.10");
  chart.focus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.getByTestId("chart-said")).toHaveTextContent("Feb 3, 2026: you 1.81%");
  await userEvent.keyboard("{Home}");
  expect(screen.getByTestId("chart-said")).toHaveTextContent("Feb 2, 2026: you -0.20%");
});

test("one evening is a sentence and no chart", async () => {
  given({ ...performance, points: performance.points.slice(0, 1) });
  renderApp(<Performance />);
  expect(await screen.findByText(/fewer than two days/)).toBeInTheDocument();
  expect(screen.queryByRole("slider")).toBeNull();
});

test("a missing price draws no line and says so; missing numbers have their reason", async () => {
  const none = performance.measures.map((one) => ({ ...one, value: null, reason: "no_price" as const }));
  given({ ...performance, points: performance.points.map((point) => ({ ...point, growth: null })), measures: none, drawdown: null, gain: null, missing_prices: ["AAA"] });
  renderApp(<Performance />);
  expect(await screen.findByText(/what is unknown is not drawn/)).toBeInTheDocument();
  expect(screen.queryByRole("slider")).toBeNull();
  expect(screen.getByRole("row", { name: /Time-weighted return/ })).toHaveTextContent(/n\/a.*a price is missing/);
  expect(screen.getByText(/No price for AAA/)).toBeInTheDocument();
});

test("a missing exchange rate is said where it is missing; what was booked stays to be read", async () => {
  const none = performance.measures.map((one) => ({ ...one, value: null, reason: "no_rate" as const }));
  const naira = { amount: "30000.00", amount_minor: 3000000, currency: "NGN" };
  const flows = performance.flows.map((one) => ({ ...one, amount: null, local: naira, rate: null }));
  given({ ...performance, flows, measures: none, drawdown: null, gain: null, missing_rates: ["NGN"], rates_hash: "00" });
  renderApp(<Performance />);
  expect(await screen.findByText(/No exchange rate for NGN/)).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Time-weighted return/ })).toHaveTextContent(/n\/a.*an exchange rate is missing/);
  await userEvent.click(screen.getByTestId("figure-gain"));
  expect(within(await screen.findByRole("dialog")).getAllByRole("row")[1]).toHaveTextContent(/Unknown.*NGN.30,000\.00.*No exchange rate/);
});

test("a gain in two currencies is taken apart, and each flow has the rate of its day", async () => {
  const money = (amount: string, currency = "USD") => ({ amount, amount_minor: Math.round(Number(amount) * 100), currency });
  const rate = { base: "NGN", quote: "USD", value: "0.000666666", day: "2026-02-02", source: "Central Bank", filled_days: 0 };
  const flows = performance.flows.map((one) => ({ ...one, local: money("30000.00", "NGN"), rate }));
  const gains = { capital: money("93.80"), dividend: money("0.00"), currency: money("-3.71"), by_currency: [] };
  given({ ...performance, flows, gains, rates_hash: "00" });
  renderApp(<Performance />);
  await userEvent.click(await screen.findByTestId("figure-gain"));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent(/from exchange rates-\$3\.71/);
  expect(dialog).toHaveTextContent(/1 NGN = 0\.000666666 USD, Central Bank, Feb 2, 2026/);
});

test("the table twin has the same figures; the range goes to the address", async () => {
  given(performance);
  renderApp(<Performance />);
  await userEvent.click(await screen.findByText("Table"));
  expect(screen.getByRole("row", { name: /Feb 3, 2026/ })).toHaveTextContent(/\$1,090\.00.*1\.81%.*0\.40%/);
  await userEvent.click(screen.getByText("1 year"));
  expect(replace).toHaveBeenCalledWith("/app/performance?range=year", { scroll: false });
});

test("nothing yet is one sentence; a refusal shows its id", async () => {
  given({ ...performance, points: [], flows: [], benchmark: null });
  const { unmount } = renderApp(<Performance />);
  expect(await screen.findByRole("link", { name: "Pay in money" })).toBeInTheDocument();
  unmount();
  server.use(refuses("/v1/portfolio/performance", 422, "period_too_long"));
  renderApp(<Performance />);
  expect(await screen.findByText("req-1")).toBeInTheDocument();
});
