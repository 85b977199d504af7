import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { PortfolioTable } from "@/features/portfolio/components/portfolio-table";
import { setAccessToken } from "@/lib/auth/token";
import { lots, netWorth, portfolio, position, usd } from "@/testing/portfolio";
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

const quote = (symbol: string, price: string, more: Partial<Schemas["QuoteOut"]> = {}): Schemas["QuoteOut"] => ({
  symbol, price, currency: "USD", source: "simulated", market_date: "2026-03-02",
  exchange_at: "2026-03-02T15:00:00Z", received_at: "2026-03-02T15:00:01Z", stale: false, sessions_behind: 0, ...more,
});
const quotes = [quote("AAA", "100.0056"), quote("BBB", "10.0050", { stale: true }), quote("CCC", "0.9950")];
const given = (found: Schemas["PortfolioOut"], prices = quotes, worth = netWorth) =>
  server.use(signedIn, refuses("/v1/quotes/stream", 503, "stream_away"), answers("/v1/portfolio/net-worth", worth), answers("/v1/portfolio", found), answers("/v1/portfolio/lots", lots), http.get("*/v1/quotes", () => HttpResponse.json(prices)));

test("totals in words and at the foot hold under a filter", async () => {
  given(portfolio);
  const { container } = renderApp(<PortfolioTable />);
  const totals = await screen.findByTestId("totals");
  await waitFor(() => expect(totals).toHaveTextContent("All 3 investments are worth $1,100.10, cost $1,010.01, gain $90.09."));
  expect(totals).toHaveTextContent("With $10.00 in cash everything is worth $1,110.10.");
  expect(await axe(container)).toHaveNoViolations();
  await userEvent.type(screen.getByLabelText("Search"), "bond");
  expect(totals).toHaveTextContent("Shown are 1 of 3: worth $100.05, cost $120.00, gain -$19.95.");
  expect(totals).toHaveTextContent("All 3 investments are worth $1,100.10");
  expect(screen.getByRole("row", { name: /^Shown \(1 of 3\)/ })).toHaveTextContent("$100.05");
  expect(screen.getByRole("row", { name: /^All \(3\)/ })).toHaveTextContent("$1,100.10");
});

test("an old price says of when it is, a missing one is unknown", async () => {
  const gone = position("ZZZ", { name: "Zeta", price: null, value: null, weight: null, priced_at: null, market_date: null, stale: true });
  given({ ...portfolio, value: null, positions: [...portfolio.positions, gone] });
  renderApp(<PortfolioTable />);
  const old = await screen.findByRole("row", { name: /Beta bonds/ });
  expect(old).toHaveTextContent(/Old price.*as of Mar 2, 2026/);
  expect(screen.getByRole("row", { name: /Zeta/ })).toHaveTextContent(/unknown/);
  expect(screen.getByTestId("totals")).toHaveTextContent(/All 4 investments are worth unknown/);
});

test("a head sorts by size and says how", async () => {
  given(portfolio);
  renderApp(<PortfolioTable />);
  const head = await screen.findByRole("columnheader", { name: /Quantity/ });
  expect(screen.getByRole("columnheader", { name: /Value/ })).toHaveAttribute("aria-sort", "descending");
  await userEvent.click(within(head).getByRole("button"));
  expect(head).toHaveAttribute("aria-sort", "descending");
  const names = () => screen.getAllByRole("rowheader").slice(0, 3).map((cell) => cell.textContent);
  expect(names()).toEqual(["Gamma goldCCC", "Beta bondsBBB", "Alpha sharesAAA"]);
  await userEvent.click(within(head).getByRole("button"));
  expect(names()).toEqual(["Alpha sharesAAA", "Beta bondsBBB", "Gamma goldCCC"]);
});

test("a newer price is shown and the values are asked for again", async () => {
  let asked = 0;
  given(portfolio, [quote("AAA", "123.4500", { exchange_at: "2026-03-02T15:01:00Z" })]);
  server.use(http.get("*/v1/portfolio", () => {
    asked += 1;
    const at = asked === 1 ? "2026-03-02T15:00:00Z" : "2026-03-02T15:01:00Z";
    return HttpResponse.json({ ...portfolio, positions: portfolio.positions.map((row) => ({ ...row, priced_at: at, ...(asked > 1 && row.symbol === "AAA" && { value: usd("1111.05") }) })) });
  }));
  renderApp(<PortfolioTable />);
  await waitFor(() => expect(screen.getByRole("row", { name: /Alpha/ })).toHaveTextContent(/\$123\.45.*\$1,111\.05/));
});

test("nothing held is one sentence and one way on; five hundred rows stand", async () => {
  given({ ...portfolio, positions: [] });
  const { unmount } = renderApp(<PortfolioTable />);
  expect(await screen.findByText("You hold nothing yet. It begins with advice.")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Get advice" })).toHaveAttribute("href", "/app/recommendation");
  unmount();
  given({ ...portfolio, positions: Array.from({ length: 500 }, (_, at) => position(`S${at}`)) }, []);
  renderApp(<PortfolioTable />);
  expect(await screen.findByText(/^All 500 investments are worth \$50,000\.00/)).toBeInTheDocument();
});

test("a refusal shows its id and a way to try again", async () => {
  server.use(signedIn, refuses("/v1/portfolio", 503, "no_prices"));
  renderApp(<PortfolioTable />);
  expect(await screen.findByText("There are no prices yet. Try again in a moment.")).toBeInTheDocument();
  expect(screen.getByText("req-1")).toBeInTheDocument();
});

test("money of another currency is converted with its rate, or stands apart without one", async () => {
  const naira = { amount: "30000.00", amount_minor: 3000000, currency: "NGN" };
  const part = { ...netWorth.parts[0]!, unit: "NGN", currency: "NGN", quantity: null, local: naira };
  const rate = { base: "NGN", quote: "USD", value: "0.000625", day: "2026-03-02", source: "Central Bank", filled_days: 0 };
  const both = (more: Pick<typeof part, "rate" | "value">) => [...netWorth.parts, { ...part, ...more }];
  given(portfolio, quotes, { ...netWorth, parts: both({ rate, value: usd("18.75") }), total: usd("1128.85") });
  const { unmount, container } = renderApp(<PortfolioTable />);
  expect(await screen.findByTestId("net-worth")).toHaveTextContent("$1,128.85");
  expect(screen.getByRole("row", { name: /Cash, NGN/ })).toHaveTextContent(/NGN.30,000\.00.*1 NGN = 0\.000625 USD, Central Bank, Mar 2, 2026.*\$18\.75/);
  expect(await axe(container)).toHaveNoViolations();
  unmount();
  given(portfolio, quotes, { ...netWorth, parts: both({ rate: null, value: null }), total: null, unknown: ["NGN"] });
  renderApp(<PortfolioTable />);
  expect(await screen.findByText(/NGN cannot be converted now/)).toHaveTextContent("$1,110.10");
  expect(screen.getByTestId("net-worth")).toHaveTextContent("Unknown");
});
