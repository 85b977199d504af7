// A demo client puts her money into the advised mix, then looks at what she holds and how it went.
import { readFile } from "node:fs/promises";

import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

import { loginOf } from "./finnami";
import { narrow, signIn, visit } from "./session";
import { Authenticator } from "./totp";
import { confirmIfAsked, preview } from "./trading";
import { Watch } from "./watch";

// A refusal that the journey asks for (step-up needed, limits that clash) is a failed request, not a defect.
const EXPECTED = [/the server responded with a status of 40[1349]/];
const saver = loginOf("saver");
const app = new Authenticator(saver.totp_secret);

/** What is traded, line by line: order, quantity and amount as they are shown. */
async function traded(page: Page): Promise<string[]> {
  const rows = page.getByRole("region", { name: "Orders, one line per investment" }).getByRole("row");
  const texts = await rows.evaluateAll((found) => found.map((row) => [0, 1, 3].map((at) => row.children[at]?.textContent ?? "").join(" ")));
  return texts.filter((text) => /^(Buy|Sell)/.test(text));
}

test("a client rebalances once, then reads holdings, an instrument and her performance", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);

  await test.step("pay in", async () => {
    await signIn(page, saver, app, "/app/transfers");
    await page.getByLabel("Amount").fill("2500");
    await page.getByRole("button", { name: "Deposit", exact: true }).click();
    await confirmIfAsked(page, app, /The movement stands in your ledger/);
  });

  let lines: string[] = [];
  await test.step("preview: cash first, a reason per line; a reload shows the same plan", async () => {
    await page.goto("/en/app/rebalance");
    await expect(page.getByRole("switch", { name: "Automatic rebalancing is off" })).not.toBeChecked();
    await watch.check("rebalance-ask");
    await preview(page);
    await expect(page.getByTestId("cash-first")).toContainText("Your free cash ($2,500.00)");
    await expect(page.getByText("There is free cash to invest.")).toBeVisible();
    lines = await traded(page);
    expect(lines.length).toBeGreaterThan(2);
    await watch.check("rebalance-preview");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Preview", exact: true })).toBeVisible();
    expect(await traded(page)).toEqual(lines);
  });

  await test.step("a double click and a reload make one set of orders; the ledger has what was previewed", async () => {
    await page.getByRole("button", { name: "Place these orders" }).dblclick();
    await confirmIfAsked(page, app, /Your orders are executed/);
    expect(await traded(page)).toEqual(lines);
    await watch.check("rebalance-done");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Your orders are executed" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Place these orders" })).toHaveCount(0);
    await page.getByRole("link", { name: "All orders" }).click();
    await expect(page.getByText("Executed", { exact: true })).toHaveCount(1);
    await page.goto("/en/app/transactions");
    const order = page.getByRole("row").filter({ hasText: "Order" });
    await expect(order.first()).toBeVisible();
    // One movement of money per order and one per fee at most: a second set would double them.
    expect(await order.count()).toBeLessThanOrEqual(2 * lines.length);
  });

  await test.step("her own limits: what clashes is named and not kept; what holds is kept and kept to", async () => {
    await page.goto("/en/app/rebalance");
    const card = page.getByRole("region", { name: "Your own limits" });
    await card.getByRole("button", { name: "Add a limit on an instrument" }).click();
    await card.getByLabel("Instrument").fill("EEM");
    await page.keyboard.press("Enter");
    await card.getByLabel("At least").fill("95");
    await card.getByRole("button", { name: "Keep these limits" }).click();
    await expect(card.getByTestId("clash")).toContainText("at least 95.0% EEM");
    await expect(card.getByTestId("clash")).toContainText("your profile");
    await watch.check("rebalance-clash");
    await card.getByRole("button", { name: "Remove the limit on EEM" }).click();
    await card.getByRole("switch", { name: "Trade whole shares only" }).click();
    await card.getByRole("button", { name: "Keep these limits" }).click();
    await expect(card.getByTestId("clash")).toHaveCount(0);
    await expect(card.getByText("Kept. Plans previewed before are over")).toBeVisible();
  });

  await test.step("holdings: sorted by number, totals of what is shown and of all", async () => {
    await page.goto("/en/app/portfolio");
    const table = page.getByRole("region", { name: "Holdings, table" });
    await expect(table.getByRole("row")).toHaveCount(lines.length + 2);
    const totals = page.getByTestId("totals");
    await expect(totals).toContainText(`All ${lines.length} investments are worth`);
    await watch.check("portfolio");
    await table.getByRole("button", { name: "Quantity" }).click();
    const quantities = await table.locator("tbody tr td:nth-of-type(1)").allInnerTexts();
    const numbers = quantities.map((text) => Number(text.replaceAll(",", "")));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    await page.getByLabel("Search").fill("bond");
    await expect(totals).toContainText(/Shown are \d+ of \d+/);
    await expect(totals).toContainText(`All ${lines.length} investments are worth`);
    await expect(page).toHaveURL(/q=bond&sort=-quantity/);
    await page.reload();
    await expect(page.getByLabel("Search")).toHaveValue("bond");
    await expect(table.getByRole("row", { name: new RegExp(`^All \\(${lines.length}\\)`) })).toBeVisible();
    await page.getByLabel("Search").fill("no such thing");
    await expect(page.getByText("Nothing you hold fits “no such thing”.")).toBeVisible();
  });

  await test.step("instrument: the arrow keys move the tooltip; the table says the same", async () => {
    await page.goto("/en/app/portfolio");
    await page.getByRole("region", { name: "Holdings, table" }).getByRole("link").first().click();
    await page.waitForURL(/\/app\/instrument\?id=/);
    const chart = page.getByRole("slider");
    const last = await page.getByTestId("chart-said").innerText();
    await chart.focus();
    await page.keyboard.press("ArrowLeft");
    await expect(page.getByTestId("chart-said")).not.toHaveText(last);
    await expect(chart).toHaveAttribute("aria-valuetext", await page.getByTestId("chart-said").innerText());
    await page.keyboard.press("End");
    await expect(page.getByTestId("chart-said")).toHaveText(last);
    await expect(page.getByRole("heading", { name: "Your lots" })).toBeVisible();
    await watch.check("instrument");
    await page.getByText("Table", { exact: true }).click();
    const [day, price] = last.split(": ");
    await expect(page.getByRole("row", { name: `${day} ${price}` })).toBeVisible();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    expect((await saved).suggestedFilename()).toMatch(/\.csv$/);
  });

  await test.step("performance: the return is the API's; a click shows its cash flows", async () => {
    const asked = page.waitForResponse(/\/v1\/portfolio\/performance/);
    await page.goto("/en/app/performance");
    const answer = await (await asked).json();
    const twr = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(answer.measures[0].value);
    await expect(page.getByTestId("figure-time_weighted")).toContainText(twr);
    // Bought today: one evening makes no line, and the page says so.
    await expect(page.getByText(/fewer than two days/)).toBeVisible();
    await watch.check("performance");
    await page.getByTestId("figure-time_weighted").click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("row", { name: /Deposit \+\$2,500\.00/ })).toBeVisible();
    await watch.check("performance-flows");
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await page.getByText("Week", { exact: true }).click();
    await expect(page).toHaveURL(/range=week/);
  });

  await test.step("performance over days: the same answer with evenings before it, moved through by keys", async () => {
    await page.route(/\/v1\/portfolio\/performance/, async (route) => {
      const real = await route.fetch();
      const body = await real.json();
      const [point] = body.points;
      const earlier = [0.01, 0.02, null].map((growth, at) => ({ ...point, day: `2020-01-0${at + 1}`, growth }));
      await route.fulfill({ response: real, json: { ...body, points: [...earlier, ...body.points] } });
    });
    await page.goto("/en/app/performance");
    const chart = page.getByRole("slider");
    await chart.focus();
    await page.keyboard.press("Home");
    await expect(page.getByTestId("chart-said")).toContainText("Jan 1, 2020: you 1.00%");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByTestId("chart-said")).toContainText("Jan 3, 2020: you n/a");
    await watch.check("performance-chart");
  });

  await test.step("reports: made from the ledger, kept, and the same file each time", async () => {
    await page.goto("/en/app/dashboard");
    await page.getByRole("link", { name: "Reports", exact: true }).click();
    await expect(page.getByText(/No reports for \d{4} yet/)).toBeVisible();
    await watch.check("reports-empty");
    await page.getByRole("button", { name: "Make report" }).click();
    const file = page.getByRole("button", { name: /^Save Statement of accounts, .* as CSV$/ });
    await expect(file).toBeVisible();
    await watch.check("reports");
    const texts: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const saved = page.waitForEvent("download");
      await file.click();
      texts.push(await readFile(await (await saved).path(), "utf8"));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain("USD,0.00,2500.00,");
    const pages = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Save Statement of accounts, .* as PDF$/ }).click();
    expect((await pages).suggestedFilename()).toMatch(/^finnami-report-[0-9a-f]{20}\.pdf$/);
  });

  await test.step("at 360 px and in Arabic", async () => {
    for (const name of ["performance", "portfolio", "rebalance", "reports"]) {
      await narrow(page, `/en/app/${name}`);
      await watch.check(`${name}-360`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const name of ["performance", "portfolio", "rebalance", "reports"]) {
      await visit(page, `/ar/app/${name}`);
      await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
      await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
      await watch.check(`${name}-ar`);
    }
  });
  watch.quiet();
});
