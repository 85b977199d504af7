// The advice in full: bars add up, words match signs, a true change flips it, orders are placed once.
import { expect, test } from "@playwright/test";
import type { Browser, Locator, Page } from "@playwright/test";

import { loginOf } from "./finnami";
import { narrow, signIn } from "./session";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

const EXPECTED = [/the server responded with a status of 40[134]/];
const UNIT = 10_000;

const part = (page: Page, title: string): Locator => page.locator("section", { has: page.getByRole("heading", { level: 2, name: title, exact: true }) });

async function confirmIfAsked(page: Page, app: Authenticator, done: RegExp): Promise<void> {
  const dialog = page.getByRole("dialog");
  const result = page.getByText(done).first();
  await expect(dialog.or(result).first()).toBeVisible();
  if (await dialog.isVisible()) {
    await dialog.getByLabel("Code from your app").fill(await app.code());
    await dialog.getByRole("button", { name: "Confirm" }).click();
  }
  await expect(result).toBeVisible();
}

/** Save a fact that is true now and make the profile from it. */
async function horizonIs(page: Page, years: string): Promise<void> {
  await page.goto("/en/app/profile");
  await page.getByLabel("Years before you need the money", { exact: true }).fill(years);
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.waitForURL(/\/app\/start/);
  await page.goto("/en/app/risk");
  const mine = page.getByRole("button", { name: "See my profile" });
  const again = page.getByRole("button", { name: "Check my answers again" });
  await expect(mine.or(again).first()).toBeVisible();
  if (await again.isVisible()) await again.click();
  await mine.click();
  await expect(page.getByRole("heading", { level: 1, name: /^Your risk profile is \d+ of 10$/ })).toBeVisible();
}

async function askForAdvice(page: Page): Promise<{ profile: number; id: string }> {
  await page.goto("/en/app/recommendation");
  await page.getByRole("button", { name: "Get my advice" }).click();
  const why = page.getByRole("heading", { name: /^Why this mix for profile \d+$/ });
  await expect(why).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("button", { name: "Accept and see the orders" })).toBeVisible();
  await expect(page.getByTestId("cross-check")).toBeVisible();
  return { profile: Number((await why.innerText()).match(/\d+$/)?.[0]), id: new URL(page.url()).searchParams.get("id") ?? "" };
}

/** The table beside the bars: base and all parts are the level now, and the words have the bars' signs. */
async function addsUp(page: Page): Promise<void> {
  const reasons = part(page, "Why this risk: from the usual level to today");
  await reasons.getByText("Table", { exact: true }).click();
  const shown = await reasons.locator("[data-testid^='points-']").evaluateAll((cells) => cells.map((cell) => ({ key: cell.getAttribute("data-testid")?.slice(7) ?? "", text: cell.textContent ?? "" })));
  const points = new Map(shown.map(({ key, text }) => [key, Math.round(Number(text.replace("−", "-")) * UNIT)]));
  const parts = [...points].filter(([key]) => key !== "total").reduce((sum, [, value]) => sum + value, 0);
  expect(parts).toBe(points.get("total"));
  const told = await reasons.getByTestId("top-reasons").locator("li").evaluateAll((lines) => lines.map((line) => ({ code: line.getAttribute("data-code") ?? "", text: line.textContent ?? "" })));
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(3);
  for (const { code, text } of told) expect(text).toContain((points.get(code) ?? 0) > 0 ? " raises " : " lowers ");
  const file = page.waitForEvent("download");
  await reasons.getByRole("button", { name: "Save as CSV" }).click();
  expect((await file).suggestedFilename()).toMatch(/^reasons-.*\.csv$/);
}

async function answerAtDesk(browser: Browser): Promise<void> {
  const adviser = loginOf("adviser");
  const context = await browser.newContext();
  const page = await context.newPage();
  const watch = new Watch(page, EXPECTED);
  await signIn(page, adviser, new Authenticator(adviser.totp_secret), "/app/advice-desk");
  await expect(page.getByText("Is this right when I buy a flat?")).toBeVisible();
  await watch.check("advice-desk");
  await page.getByLabel("Your answer").fill("Yes. Tell us the new date when you know it.");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await expect(page.getByText("No question is waiting.")).toBeVisible();
  watch.quiet();
  await context.close();
}

test("an advice is understood, tried, declined, changed by a true fact, accepted and ordered once", async ({ page, browser }) => {
  const watch = new Watch(page, EXPECTED);
  const friend = loginOf("friend");
  const app = new Authenticator(friend.totp_secret);
  await signIn(page, friend, app, "/app/transfers");
  await page.getByLabel("Amount").fill("2500");
  await page.getByRole("button", { name: "Deposit", exact: true }).click();
  await confirmIfAsked(page, app, /The movement stands in your ledger/);
  await horizonIs(page, "4");
  const first = await askForAdvice(page);
  const path = `/en/app/recommendation?id=${first.id}`;

  await test.step("reasons add up, costs and bad cases are money, the statement is kept", async () => {
    await watch.check("advice");
    await addsUp(page);
    for (const name of ["costOnce", "costYear", "costHorizon", "worstYear", "worstCase"]) await expect(page.getByTestId(`advice-${name}`)).toContainText("$");
    // The development prices end years ago: then no suitability is stated, and that is said.
    if (await page.getByText(/^Old prices/).isVisible()) {
      await expect(page.getByText(/^No statement is given/)).toBeVisible();
      await expect(page.getByRole("button", { name: "Download PDF" })).toBeDisabled();
    } else {
      const pdf = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download PDF" }).click();
      expect((await pdf).suggestedFilename()).toBe(`suitability-${first.id}.pdf`);
    }
    await page.getByRole("button", { name: "Show the model card" }).click();
    await expect(page.getByRole("region", { name: "Model card" }).getByRole("heading").first()).toBeVisible();
    await watch.check("advice-table-card");
  });

  await test.step("a what-if is computed by the API and saves nothing", async () => {
    const tried = part(page, "What if?");
    await tried.getByLabel("Years until you need it").fill("12");
    await tried.getByLabel("Amount invested now").fill("10000");
    await tried.getByLabel("Put in each month").fill("100");
    await expect(tried.getByTestId("what-if-paidIn")).toHaveText("$24,400.00");
    expect(Number(await tried.getByTestId("what-if-profile").innerText())).toBeGreaterThan(first.profile);
    await tried.getByLabel("Years until you need it").fill("0");
    await expect(tried.getByText("Type whole years, 1 to 50.")).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: `Why this mix for profile ${first.profile}` })).toBeVisible();
  });

  await test.step("at 360 pixels, in Arabic and in the dark", async () => {
    await narrow(page, path);
    await expect(page.getByTestId("cross-check")).toBeVisible();
    await watch.check("advice-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(path.replace("/en/", "/ar/"));
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(page.getByTestId("cross-check")).toBeVisible();
    await watch.check("advice-ar-dark");
    await page.emulateMedia({ colorScheme: "light" });
  });

  let leads = { to: 0, years: "" };
  await test.step("she asks a person and declines with a reason", async () => {
    await page.goto(path);
    const change = part(page, "What would change it");
    const text = await change.getByText(/^The smallest change that leads from/).innerText();
    leads = { to: Number(text.match(/to (\d+) of 10/)?.[1]), years: (await change.getByText(/^Leave the money invested for/).innerText()).match(/\d+/)?.[0] ?? "" };
    await page.getByLabel("Your question about this advice").fill("Is this right when I buy a flat?");
    await page.getByRole("button", { name: "Send to an adviser" }).click();
    await expect(page.getByText("An adviser will answer here.")).toBeVisible();
    await page.getByRole("button", { name: "Decline", exact: true }).click();
    await page.getByRole("radio", { name: "It is too careful for me" }).check();
    await page.getByLabel("In your own words (optional)").fill("I can wait longer.");
    await watch.check("advice-decline");
    await page.getByRole("button", { name: "Decline this advice" }).dblclick();
    await expect(page.getByTestId("declined")).toContainText("I can wait longer.");
    await answerAtDesk(browser);
    await page.reload();
    await expect(page.getByText("Yes. Tell us the new date when you know it.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Accept and see the orders" })).toHaveCount(0);
  });

  await test.step("the suggestion applied flips the result", async () => {
    await horizonIs(page, leads.years);
    const second = await askForAdvice(page);
    expect(second.profile).toBe(leads.to);
    expect(second.profile).toBeGreaterThan(first.profile);
  });

  await test.step("a double click places one set of orders", async () => {
    const keys: string[] = [];
    const placed: number[] = [];
    page.on("request", (one) => {
      if (one.method() === "POST" && one.url().endsWith("/v1/orders")) keys.push(one.headers()["idempotency-key"] ?? "");
    });
    page.on("response", (one) => {
      if (one.request().method() === "POST" && one.url().endsWith("/v1/orders") && one.ok()) placed.push(one.status());
    });
    await page.getByRole("button", { name: "Accept and see the orders" }).dblclick();
    await page.getByRole("button", { name: "Place the orders" }).dblclick();
    await confirmIfAsked(page, app, /Your orders are executed/);
    expect(placed).toHaveLength(1);
    expect(new Set(keys).size).toBe(1);
    await page.goto("/en/app/recommendation");
    const earlier = part(page, "Earlier advice");
    await expect(earlier.getByText("The orders were executed")).toHaveCount(1);
    await expect(earlier.getByText("Declined: It is too careful for me")).toHaveCount(1);
    await watch.check("advice-history");
  });
  watch.quiet();
});
