// A new person, in the browser, from the landing page to holdings and postings.
import { expect, test } from "@playwright/test";
import type { Browser, Page } from "@playwright/test";

import { loginOf } from "./finnami";
import { visit } from "./session";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

const PASSWORD = "tidal lantern cobble seven";
// A refusal that the journey asks for (step-up needed) is a failed request, not a defect.
const EXPECTED = [/the server responded with a status of 40[134]/];

async function button(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function pick(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).click();
  await page.locator(".ant-select-item-option").filter({ hasText: new RegExp(`^${option}$`) }).click();
  // The list fades out; a page is judged when it stands still. One that stays is closed by key.
  const list = page.locator(".ant-select-dropdown:visible");
  await expect(list).toHaveCount(0, { timeout: 5_000 }).catch(() => page.keyboard.press("Escape"));
  await expect(list).toHaveCount(0);
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Log in");
}

async function fillProfile(page: Page): Promise<void> {
  const texts = {
    "Full legal name": "Amina Diallo",
    "Date of birth": "1994-05-17",
    Address: "Rua das Flores 12, Lisboa",
    "Number of your identity document": "AB1234567",
    "Income per month": "2400",
    "Spending per month": "1500",
    "Money you can reach at once": "12000",
    "Debt payments per month": "0",
    "Everything you own, less debts": "60000",
    "Of that already invested": "5000",
    "Interest of your most expensive debt": "0",
    "People who depend on your income": "0",
    "Years before you need the money": "15",
  };
  for (const [label, text] of Object.entries(texts)) await page.getByLabel(label, { exact: true }).fill(text);
  await pick(page, "Country of residence", "Portugal");
  await pick(page, "Your income is", "steady");
}

/** The second option everywhere, but no loss at all in question 8 and mostly high risk in question 12. */
async function answerQuestions(page: Page, watch: Watch): Promise<void> {
  const picked: Record<number, number> = { 8: 0, 12: 2 };
  for (let item = 1; item <= 13; item += 1) {
    await expect(page.getByText(`Question ${item} of 13`)).toBeVisible();
    await page.getByRole("radio").nth(picked[item] ?? 1).check();
    if (item === 1) await watch.check("question");
    if (item === 3) {
      // Back keeps what was answered.
      await button(page, "Back");
      await expect(page.getByText(`Question ${item - 1} of 13`)).toBeVisible();
      await expect(page.getByRole("radio").nth(1)).toBeChecked();
      await button(page, "Continue");
      await expect(page.getByText(`Question ${item} of 13`)).toBeVisible();
      await page.getByRole("radio").nth(1).check();
    }
    await button(page, "Continue");
  }
}

/** All facts right but the last, which is explained. */
async function answerFacts(page: Page, watch: Watch): Promise<void> {
  for (const [at, option] of [2, 0, 1, 1, 2, 3].entries()) {
    await expect(page.getByText(`Fact ${at + 1} of 6`)).toBeVisible();
    await page.getByRole("radio").nth(option).check();
    await button(page, "Continue");
    if (at < 5) {
      await expect(page.getByText("That is right.")).toBeVisible();
      await button(page, "Continue");
    } else {
      await expect(page.getByText("That is not right. Please read why.")).toBeVisible();
      await watch.check("fact-explained");
      await button(page, "I have read this");
    }
  }
}

/** Approve the oldest waiting case as the demo reviewer, in a browser of her own. */
async function approve(browser: Browser): Promise<void> {
  const login = loginOf("reviewer");
  const context = await browser.newContext();
  const page = await context.newPage();
  const watch = new Watch(page, EXPECTED);
  await visit(page, "/en/app/login");
  await signIn(page, login.email, login.password);
  await page.getByLabel("Code", { exact: true }).fill(await new Authenticator(login.totp_secret).code());
  await button(page, "Continue");
  await page.waitForURL(/\/app\/(start|dashboard|kyc-review)/);
  await visit(page, "/en/app/kyc-review");
  await page.getByRole("button", { name: /^Open case/ }).first().click();
  await expect(page.getByText("Amina Diallo")).toBeVisible();
  await watch.check("kyc-review");
  await button(page, "Take the case");
  await page.getByRole("radio", { name: "Approve" }).check();
  await button(page, "Decide");
  await expect(page.getByText("No case is waiting.")).toBeVisible();
  watch.quiet();
  await context.close();
}

/** Give a fresh code when the page asks for one, then wait for the words that say it is done. */
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

test("a new person signs up, is approved, funds, invests and sees her postings", async ({ page, browser }) => {
  const watch = new Watch(page, EXPECTED);
  const email = `amina-${Date.now()}@example.org`;

  await test.step("sign up and confirm the address", async () => {
    await page.goto("/en");
    await watch.check("landing");
    await page.getByRole("link", { name: "Open your account" }).first().click();
    await page.getByLabel("Full name").fill("Amina Diallo");
    await page.getByLabel("E-mail", { exact: true }).fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await watch.check("signup");
    await button(page, "Open account");
    await page.waitForURL(/\/app\/verify/);
    await button(page, "Open sandbox mailbox");
    await button(page, "Use this code");
    await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
    await page.getByRole("link", { name: "Log in" }).last().click();
  });

  let app!: Authenticator;
  await test.step("log in and switch two-step verification on", async () => {
    await signIn(page, email, PASSWORD);
    await page.waitForURL(/\/app\/start/);
    await watch.check("start");
    await visit(page, "/en/app/two-factor");
    app = new Authenticator(await page.getByTestId("totp-secret").innerText());
    await page.getByLabel("2. Code from the app").fill(await app.code());
    await button(page, "Switch on");
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.waitForURL(/\/app\/start/);
  });

  await test.step("tell who she is and what she can bear", async () => {
    await visit(page, "/en/app/profile");
    await fillProfile(page);
    await watch.check("profile");
    await button(page, "Save and continue");
    await page.waitForURL(/\/app\/start/);
  });

  await test.step("answer, be tested on facts, settle a contradiction, see why the profile is what it is", async () => {
    await visit(page, "/en/app/risk");
    await answerQuestions(page, watch);
    await answerFacts(page, watch);
    await expect(page.getByRole("heading", { level: 1, name: "Check your answers" })).toBeVisible();
    await watch.check("check-answers");
    await button(page, "See my profile");
    await expect(page.getByRole("heading", { level: 1, name: "Two things do not fit together" })).toBeVisible();
    await expect(page.getByRole("group", { name: /In question 8 you chose the investment that never loses/ })).toBeVisible();
    await watch.check("follow-up");
    await page.getByRole("radio", { name: /count the careful answer/ }).check();
    await button(page, "Continue");
    await expect(page.getByRole("heading", { level: 1, name: /^Your risk profile is \d+ of 10$/ })).toBeVisible();
    await expect(page.getByText(/the careful reading counts: tolerance \d+ instead of \d+ of 10/)).toBeVisible();
    await expect(page.getByRole("heading", { name: "What would change it" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Your answers and their effect on tolerance" })).toBeVisible();
    await expect(page.getByText("No advice yet")).toHaveCount(0);
    await watch.check("risk-result");
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  await test.step("accept the disclosures, be checked by a reviewer", async () => {
    await visit(page, "/en/app/disclosures");
    await page.getByRole("checkbox").check();
    await watch.check("disclosures");
    await button(page, "Accept");
    await page.waitForURL(/\/app\/start/);
    await visit(page, "/en/app/kyc");
    await button(page, "Submit for review");
    await expect(page.getByText("Waiting for a reviewer")).toBeVisible();
    await approve(browser);
    await visit(page, "/en/app/start");
    await expect(page.getByText("5 of 5 done")).toBeVisible();
  });

  await test.step("fund the account", async () => {
    await visit(page, "/en/app/transfers");
    await page.getByLabel("Amount").fill("2500");
    await watch.check("transfers");
    await page.getByRole("button", { name: "Deposit", exact: true }).click();
    await confirmIfAsked(page, app, /The movement stands in your ledger/);
    await page.getByRole("button", { name: "See my advice" }).click();
  });

  await test.step("get advice with reasons, accept it, confirm the orders with a code", async () => {
    await button(page, "Get my advice");
    await expect(page.getByRole("button", { name: "Accept and see the orders" })).toBeVisible({ timeout: 90_000 });
    await expect(page.getByText(/Why this mix for profile/)).toBeVisible();
    await watch.check("recommendation");
    await button(page, "Accept and see the orders");
    await expect(page.getByRole("button", { name: "Place the orders" })).toBeVisible();
    await watch.check("preview");
    await button(page, "Place the orders");
    await confirmIfAsked(page, app, /Your orders are executed/);
  });

  await test.step("see holdings and postings", async () => {
    await visit(page, "/en/app/dashboard");
    await expect(page.getByRole("heading", { name: "What you hold" })).toBeVisible();
    await expect(page.getByRole("row").nth(1)).toBeVisible();
    await watch.check("dashboard");
    await page.getByRole("link", { name: "Ledger", exact: true }).click();
    await expect(page.getByRole("cell", { name: /^Order/ }).first()).toBeVisible();
    await watch.check("transactions");
    await page.getByRole("link", { name: "Orders", exact: true }).click();
    await page.waitForURL(/\/app\/orders/);
    await watch.check("orders");
    await visit(page, "/ar/app/dashboard");
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await watch.check("dashboard-ar");
  });
  watch.quiet();
});

test("unknown pages are real 404s and the public page reads without JavaScript", async ({ browser, request }) => {
  expect((await request.get("/en/nothing-here")).status()).toBe(404);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/en");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await context.close();
});
