import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { axe } from "jest-axe";
import { http, HttpResponse } from "msw";

import { Dashboard } from "@/features/portfolio/components/dashboard";
import { setAccessToken } from "@/lib/auth/token";
import { chooseHidden } from "@/lib/hide-amounts";
import { performance, portfolio, usd } from "@/testing/portfolio";
import { renderApp } from "@/testing/render";
import { answers, server, signedIn, withServer } from "@/testing/server";
import type { Schemas } from "@/testing/server";

let search = "";
const replace = jest.fn();
jest.mock("@/lib/i18n/routing", () => ({
  Link: ({ prefetch, ...rest }: { href: string; prefetch?: boolean }) => <a data-prefetch={String(prefetch)} {...rest} />,
  useRouter: () => ({ replace }),
}));
jest.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

withServer();
beforeEach(() => {
  search = "";
  replace.mockClear();
});
afterEach(() => {
  setAccessToken(null);
  act(() => chooseHidden(false));
});

const silent = http.get("*/v1/quotes/stream", () => new HttpResponse(new ReadableStream(), { headers: { "content-type": "text/event-stream" } }));
const alert = (code: Schemas["AlertCode"], severity: Schemas["Severity"], more: Partial<Schemas["AlertOut"]> = {}): Schemas["AlertOut"] => ({ code, severity, symbols: [], at: null, ...more });

function given(found: Schemas["PortfolioOut"], course = performance): string[] {
  const asked: string[] = [];
  server.use(signedIn, silent, answers("/v1/portfolio", found), http.get("*/v1/portfolio/performance", ({ request }) => {
    asked.push(new URL(request.url).search);
    return HttpResponse.json(course);
  }));
  return asked;
}

const AMOUNT = /\$\s?[\d.,]+/;
/** Every text on the page, what only screen readers are told included. */
const allTexts = (container: HTMLElement) =>
  [container.textContent ?? "", ...[...container.querySelectorAll("*")].flatMap((one) => ["aria-label", "aria-valuetext", "title", "alt"].map((name) => one.getAttribute(name) ?? ""))].join("\n");
const minor = (text: string | null) => BigInt((text ?? "").replace(/[^\d-]/g, ""));

test("cash and each holding add up to the total that is shown; the gain names its method; no barrier", async () => {
  given(portfolio);
  const { container } = renderApp(<Dashboard goals={<p>goals</p>} />);
  expect(await screen.findByTestId("portfolio-value")).toHaveTextContent("$1,110.10");
  const parts = screen.getAllByTestId("part").map((cell) => minor(cell.textContent));
  expect(parts).toHaveLength(4);
  expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(minor(screen.getByTestId("sum").textContent));
  expect(screen.getByTestId("sum")).toHaveTextContent("$1,110.10");
  expect(await screen.findByTestId("gain")).toHaveTextContent("+$90.09");
  expect(screen.getByText(/less money paid in or out/)).toBeInTheDocument();
  expect(screen.getByTestId("return")).toHaveTextContent("7.31%");
  expect(screen.getByTestId("drift")).toHaveTextContent("1.0 points from your plan and inside its bands; nothing to do. Furthest off: Alpha shares, 3.3 points above its plan.");
  expect(screen.getByText("goals")).toBeInTheDocument();
  expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  expect(await axe(container)).toHaveNoViolations();
});

test("money under review is a part of its own", async () => {
  given({ ...portfolio, reserved: usd("5.05"), value: usd("1115.15") });
  renderApp(<Dashboard goals={null} />);
  await screen.findByTestId("sum");
  const parts = screen.getAllByTestId("part").map((cell) => minor(cell.textContent));
  expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(111515n);
});

test("a range changes the question, and stands in the address", async () => {
  search = "range=half";
  const asked = given(portfolio);
  renderApp(<Dashboard goals={null} />);
  expect(await screen.findByTestId("gain")).toBeInTheDocument();
  const days = (Date.now() - Date.parse(new URLSearchParams(asked[0]).get("first") ?? "")) / 86_400_000;
  expect(days).toBeGreaterThan(180);
  expect(days).toBeLessThan(183);
  await userEvent.click(screen.getByText("Max"));
  expect(replace).toHaveBeenCalledWith("/app/dashboard?range=max", { scroll: false });
});

test("hidden amounts are nowhere: not in figures, charts, tables or what is read out; percentages stay", async () => {
  given({ ...portfolio, reserved: usd("5.05") });
  const { container, unmount } = renderApp(<Dashboard goals={null} />);
  await screen.findByTestId("gain");
  expect(screen.getAllByRole("slider")[0]).toHaveAttribute("aria-valuetext", expect.stringMatching(/\$1,110\.10/));
  await userEvent.click(screen.getByRole("switch", { name: "Hide amounts on this device" }));
  for (const button of screen.getAllByText("Table")) await userEvent.click(button);
  await screen.findByRole("region", { name: "Value by day, table" });
  // Prices are the market's and no secret; everything else that looks like money is gone.
  const shown = allTexts(container).replaceAll("$50.00", "");
  expect(shown).not.toMatch(AMOUNT);
  expect(shown).not.toMatch(/1,110|900\.05|9\.000|100\.5/);
  expect(shown).toMatch(/7\.31%/);
  for (const button of screen.getAllByText("Chart")) await userEvent.click(button);
  expect(allTexts(container).replaceAll("$50.00", "")).not.toMatch(AMOUNT);
  expect(screen.getAllByRole("slider")[0]).toHaveAttribute("aria-valuetext", expect.stringMatching(/hidden/));
  unmount();
  renderApp(<Dashboard goals={null} />);
  expect(await screen.findByTestId("portfolio-value")).toHaveTextContent("hidden");
});

test("alerts say what is so and lead where it can be dealt with; one next action", async () => {
  const all = [
    alert("trading_halted", "urgent"),
    alert("prices_stale", "warning", { symbols: ["AAA", "BBB"], at: "2026-03-01T15:00:00Z" }),
    alert("kyc_missing", "warning"),
    alert("market_closed", "info"),
    alert("profile_expires", "info", { at: "2026-03-20T00:00:00Z" }),
    alert("order_in_review", "info", { symbols: ["CCC"] }),
  ];
  given({ ...portfolio, alerts: all, next_action: "wait" });
  const { container } = renderApp(<Dashboard goals={null} />);
  const list = await screen.findByTestId("alerts");
  expect(within(list).getAllByRole("listitem")).toHaveLength(6);
  expect(screen.getByTestId("alert-trading_halted")).toHaveTextContent("Urgent: Trading is halted");
  expect(screen.getByTestId("alert-prices_stale")).toHaveTextContent(/AAA, BBB: as of Mar 1, 2026/);
  expect(screen.getByTestId("alert-market_closed")).toHaveTextContent("Until it opens again prices stand still");
  expect(screen.getByTestId("alert-profile_expires")).toHaveTextContent("good until Mar 20, 2026");
  expect(screen.getByRole("link", { name: "To the identity check" })).toHaveAttribute("href", "/app/kyc");
  expect(screen.getByTestId("next")).toHaveTextContent("Nothing can be ordered at the moment");
  expect(await axe(container)).toHaveNoViolations();
});

test("a new person has a next step and no empty charts", async () => {
  given(
    { ...portfolio, cash: usd("0.00"), value: usd("0.00"), positions: [], allocation: [], drift: null, drift_verdict: null, next_action: "finish_onboarding", alerts: [alert("kyc_missing", "warning")] },
    { ...performance, points: [], flows: [], gain: null },
  );
  renderApp(<Dashboard goals={null} />);
  expect(await screen.findByText("Nothing was paid in yet, so there is nothing to measure.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Continue" })).toBeInTheDocument();
  expect(screen.queryByTestId("drift")).toBeNull();
  expect(screen.queryByTestId("price-state")).toBeNull();
});

test("a price that comes by the stream is shown, and the sums follow", async () => {
  const encoder = new TextEncoder();
  const fresh: Schemas["QuoteOut"] = { symbol: "AAA", price: "123.4500", currency: "USD", source: "simulated", market_date: "2026-03-02", exchange_at: "2026-03-02T15:01:00Z", received_at: "2026-03-02T15:01:00Z", stale: false, sessions_behind: 0 };
  let moved = false;
  given(portfolio);
  server.use(
    http.get("*/v1/quotes/stream", ({ request }) => {
      expect(request.headers.get("authorization")).toBe("Bearer token-1");
      moved = true;
      const body = new ReadableStream({ start: (to) => to.enqueue(encoder.encode(`id: 1-0\nevent: quote\ndata: ${JSON.stringify(fresh)}\n\n`)) });
      return new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
    }),
    http.get("*/v1/portfolio", () => HttpResponse.json(moved ? { ...portfolio, value: usd("1321.10"), positions: portfolio.positions.map((row) => ({ ...row, priced_at: "2026-03-02T15:01:00Z" })) } : portfolio)),
  );
  renderApp(<Dashboard goals={null} />);
  await waitFor(() => expect(screen.getByRole("row", { name: /Alpha/ })).toHaveTextContent("$123.45"));
  expect(screen.getByTestId("price-state")).toHaveTextContent("Prices arrive as they change.");
  await waitFor(() => expect(screen.getByTestId("portfolio-value")).toHaveTextContent("$1,321.10"), { timeout: 5_000 });
});
