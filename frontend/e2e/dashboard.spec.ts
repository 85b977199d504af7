// The first screen: parts that add up, ranges, prices by the stream, hidden amounts, and every state it can be in.
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

import { loginOf } from "./finnami";
import { narrow, signIn, visit } from "./session";
import { Authenticator } from "./totp";
import { confirmIfAsked, preview } from "./trading";
import { Watch } from "./watch";

// Step-up needed, and the connections that this journey cuts itself.
const EXPECTED = [/the server responded with a status of 40[134]/, /net::ERR_(FAILED|CONNECTION_REFUSED)/];
const HOME = "/en/app/dashboard";
const STREAM = /\/v1\/quotes\/stream/;

/** Whole minor units out of a shown amount. */
const minor = (text: string) => BigInt(text.replace(/[^\d-]/g, ""));

async function adds(page: Page): Promise<void> {
  // In one look: between two looks a price may move.
  const [parts, sum, value] = await page.evaluate(() => {
    const texts = (id: string) => [...document.querySelectorAll(`[data-testid=${id}]`)].map((one) => one.textContent ?? "");
    return [texts("part"), texts("sum")[0] ?? "", texts("portfolio-value")[0] ?? ""] as const;
  });
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.map(minor).reduce((all, part) => all + part, 0n)).toBe(minor(value));
  expect(sum).toBe(value);
}

/** Everything that is shown or read out, the market's own prices left out. */
function ownTexts(page: Page): Promise<string> {
  return page.locator("main").evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement;
    for (const price of copy.querySelectorAll("[data-testid=price]")) price.remove();
    const read = [...copy.querySelectorAll("*")].flatMap((one) => ["aria-label", "aria-valuetext", "title", "alt"].map((name) => one.getAttribute(name) ?? ""));
    return [copy.textContent ?? "", ...read].join("\n");
  });
}

const alert = (code: string, severity: string, more: object = {}) => ({ code, severity, symbols: [], at: null, ...more });

const ALERTS = [
  alert("trading_halted", "urgent"),
  alert("prices_stale", "warning", { symbols: ["VTI", "AGG"], at: "2026-03-01T15:00:00Z" }),
  alert("kyc_missing", "warning"),
  alert("market_closed", "info", { at: "2026-03-04T14:30:00Z" }),
  alert("order_in_review", "info", { symbols: ["VTI"] }),
  alert("profile_expires", "info", { at: "2026-03-20T00:00:00Z" }),
  alert("rebalance_suggested", "info"),
];

/** The same person on a day when everything comes together. */
async function troubled(page: Page): Promise<void> {
  await page.route(/\/v1\/portfolio$/, async (route) => {
    const real = await route.fetch().catch(() => null);
    const body = await real?.json().catch(() => null);
    // The page went on in the middle of the request: nobody waits for this answer any more.
    if (!real || !body) return route.abort().catch(() => undefined);
    const positions = body.positions.map((row: object) => ({ ...row, stale: true }));
    await route.fulfill({ response: real, json: { ...body, positions, alerts: ALERTS, next_action: "wait" } });
  });
}

/** Evenings before today, more of them for a longer range, each range with a gain of its own. */
async function withHistory(page: Page): Promise<void> {
  await page.route(/\/v1\/portfolio\/performance/, async (route) => {
    const real = await route.fetch();
    const body = await real.json();
    const first = new URL(route.request().url()).searchParams.get("first");
    const days = Math.min(first === null ? 500 : Math.round((Date.now() - Date.parse(first)) / 86_400_000), 500);
    const last = body.points.at(-1);
    const earlier = Array.from({ length: days }, (_, at) => ({
      ...last,
      day: new Date(Date.now() - (days - at) * 86_400_000).toISOString().slice(0, 10),
      growth: at / 10_000,
      value: { ...last.value, amount: `${2000 + at}.00`, amount_minor: 200_000 + at * 100 },
    }));
    const gain = { amount: `${days}.25`, amount_minor: days * 100 + 25, currency: last.value.currency };
    await route.fulfill({ response: real, json: { ...body, gain, points: [...earlier, ...body.points] } });
  });
}

test("a client reads her dashboard", async ({ page }) => {
  test.setTimeout(540_000);
  const keeper = loginOf("keeper");
  const app = new Authenticator(keeper.totp_secret);
  const watch = new Watch(page, EXPECTED);

  await test.step("nothing paid in: one next action and no empty chart", async () => {
    await signIn(page, keeper, app, "/app/dashboard");
    await expect(page.getByTestId("next")).toHaveText("Your account is ready. A deposit is the next step.");
    await expect(page.getByText("Nothing was paid in yet, so there is nothing to measure.")).toBeVisible();
    await expect(page.getByText("You have no goal yet.")).toBeVisible();
    await expect(page.locator("main .ant-btn-primary")).toHaveCount(1);
    await watch.check("dashboard-new");
  });

  await test.step("pay in and invest", async () => {
    await visit(page, "/en/app/transfers");
    await page.getByLabel("Amount").fill("3000");
    await page.getByRole("button", { name: "Deposit", exact: true }).click();
    await confirmIfAsked(page, app, /The movement stands in your ledger/);
    await visit(page, "/en/app/rebalance");
    await preview(page);
    await page.getByRole("button", { name: "Place these orders" }).click();
    await confirmIfAsked(page, app, /Your orders are executed/);
  });

  await test.step("the parts add up to the total, to the cent; drift in words; allocation has a table", async () => {
    await visit(page, HOME);
    await expect(page.getByTestId("sum")).toBeVisible();
    await adds(page);
    await expect(page.getByTestId("drift")).toHaveText(/^\d+\.\d points from your plan.*nothing to do\./);
    await expect(page.getByTestId("gain")).toBeVisible();
    await expect(page.getByText(/less money paid in or out/)).toBeVisible();
    await watch.check("dashboard-held");
    const allocation = page.getByRole("region", { name: "How it is spread", exact: true });
    await allocation.getByText("Table", { exact: true }).click();
    await expect(page.getByRole("region", { name: "How it is spread, table" }).getByRole("row", { name: /^Cash/ })).toBeVisible();
    await watch.check("dashboard-allocation-table");
  });

  await test.step("prices come by the stream; cut, they are asked for; back, it goes on where it was", async () => {
    const seen: { lastId: string | undefined }[] = [];
    let asked = 0;
    page.on("request", (request) => (asked += Number(new URL(request.url()).pathname === "/v1/quotes")));
    await page.route(STREAM, async (route) => {
      seen.push({ lastId: route.request().headers()["last-event-id"] });
      // The first connection lives until the server ends it; the next two are refused.
      if (seen.length === 2 || seen.length === 3) await route.abort("connectionrefused");
      else await route.continue();
    });
    await page.reload();
    const state = page.getByTestId("price-state");
    await expect(state).toHaveText("Prices arrive as they change.");
    await expect(state).toHaveText("The live connection is away: prices are asked for every 15 seconds.", { timeout: 60_000 });
    await expect.poll(() => asked).toBeGreaterThan(0);
    await expect(state).toHaveText("Prices arrive as they change.", { timeout: 60_000 });
    expect(seen[0]?.lastId).toBeUndefined();
    for (const one of seen.slice(1, 4)) expect(one.lastId).toMatch(/^\d+-\d+$/);
    await page.unroute(STREAM);
    await adds(page);
  });

  await test.step("a price that comes by the stream is shown at once", async () => {
    const symbol = await page.locator("tbody .number").first().evaluate((cell) => cell.closest("tr")?.querySelector("[class*=faint]")?.textContent ?? "");
    const at = new Date().toISOString();
    const quote = { symbol, price: "1234.5600", currency: "USD", source: "replay", market_date: at.slice(0, 10), exchange_at: at, received_at: at, stale: false };
    const body = `id: 9999999999999-0\nevent: quote\ndata: ${JSON.stringify(quote)}\n\n`;
    await page.route(STREAM, (route) => route.fulfill({ contentType: "text/event-stream", body }));
    await expect(page.getByTestId("price").first()).toHaveText("$1,234.56", { timeout: 60_000 });
    await page.unroute(STREAM);
    await adds(page);
  });

  await test.step("a range changes the chart, the figure and the address; back brings it back", async () => {
    await withHistory(page);
    await visit(page, HOME);
    const gain = page.getByTestId("gain");
    const chart = page.getByRole("slider");
    const found: string[] = [];
    for (const [name, range] of [["Today", "today"], ["1 month", "month"], ["6 months", "half"], ["This year", "ytd"], ["1 year", "year"], ["Max", "max"]] as const) {
      await page.getByText(name, { exact: true }).click();
      await expect(page).toHaveURL(new RegExp(`range=${range}`));
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      const points = (await chart.count()) === 0 ? "none" : await chart.getAttribute("aria-valuemax");
      found.push(`${await gain.innerText()} ${points}`);
    }
    expect(new Set(found).size).toBe(6);
    await page.reload();
    await expect(page.getByRole("radio", { name: "Max" })).toBeChecked();
    await expect(gain).toHaveText("+$500.25");
    await watch.check("dashboard-max");
  });

  await test.step("hidden amounts are nowhere, on this device, until she wants them back", async () => {
    expect(await ownTexts(page)).toMatch(/\$[\d.,]+/);
    await page.getByRole("switch", { name: "Hide amounts on this device" }).click();
    await expect(page.getByTestId("portfolio-value")).toHaveText("hidden");
    expect(await ownTexts(page)).not.toMatch(/\$[\d.,]+|\d\.\d{4}/);
    expect(await ownTexts(page)).toMatch(/\d%/);
    for (const table of await page.getByText("Table", { exact: true }).all()) await table.click();
    await expect(page.getByRole("region", { name: "Value by day, table" })).toBeVisible();
    expect(await ownTexts(page)).not.toMatch(/\$[\d.,]+|\d\.\d{4}/);
    await watch.check("dashboard-hidden");
    await visit(page, "/en/app/portfolio");
    await expect(page.getByTestId("totals")).toContainText("hidden");
    expect(await ownTexts(page)).not.toMatch(/\$[\d.,]+/);
    await page.getByRole("switch", { name: "Hide amounts on this device" }).click();
    await expect(page.getByTestId("totals")).toContainText("$");
  });

  await test.step("old prices, a closed market, a halt: said in words, and nothing is suggested", async () => {
    await troubled(page);
    await visit(page, HOME);
    for (const one of ALERTS) await expect(page.getByTestId(`alert-${one.code}`)).toBeVisible();
    await expect(page.getByTestId("alerts").getByRole("listitem").first()).toContainText("Trading is halted");
    await expect(page.getByTestId("next")).toContainText("Nothing can be ordered at the moment");
    await watch.check("dashboard-troubled");
  });

  await test.step("narrow, in Arabic, in the dark", async () => {
    await narrow(page, `${HOME}?range=max`);
    await watch.check("dashboard-360");
    await narrow(page, "/ar/app/dashboard?range=max");
    await watch.check("dashboard-ar-360");
    await page.emulateMedia({ colorScheme: "dark" });
    await watch.check("dashboard-ar-360-dark");
    await page.setViewportSize({ width: 1280, height: 800 });
    await visit(page, "/ar/app/dashboard?range=max");
    await expect(page.getByTestId("gain")).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await watch.check("dashboard-ar-dark");
    await visit(page, `${HOME}?range=max`);
    await expect(page.getByTestId("gain")).toBeVisible();
    await watch.check("dashboard-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await visit(page, "/ar/app/dashboard?range=max");
    await expect(page.getByTestId("gain")).toBeVisible();
    await watch.check("dashboard-ar-light");
  });
  watch.quiet();
});
