// Held payments: the customer denies one, the analyst releases another; the case shows why.
import { expect, test } from "@playwright/test";
import type { Browser } from "@playwright/test";

import { loginOf } from "./finnami";
import { holdTransfer } from "./held";
import { narrow, signIn, visit } from "./session";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

// A refusal that the journey asks for (step-up, signed out) is a failed request, not a defect.
const EXPECTED = [/the server responded with a status of 40[134]/];
const analyst = loginOf("analyst");
const analystApp = new Authenticator(analyst.totp_secret);

/** Take the first case, look at all of it, decide with a code. */
async function decide(browser: Browser, word: "Release" | "Refuse", name: string): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const watch = new Watch(page, EXPECTED);
  await signIn(page, analyst, analystApp, "/app/fraud");
  await expect(page.getByRole("link", { name: /^Open case/ }).first()).toBeVisible();
  await watch.check(`fraud-queue-${name}`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Fraud case" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Beside this customer’s normal" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "It would pass if" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Who hangs together" })).toBeVisible();
  await expect(page.getByText("Opened by")).toBeVisible();
  await page.getByRole("button", { name: "Take the case" }).click();
  await expect(page.getByRole("heading", { name: "Decision" })).toBeVisible();
  await watch.check(`fraud-case-${name}`);
  const address = new URL(page.url());
  await page.getByRole("radio", { name: word }).check();
  await page.getByLabel("Reason", { exact: true }).fill("Called back, all is clear");
  await page.getByRole("button", { name: "Decide with a code" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Code from your app").fill(await analystApp.code());
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading", { name: word === "Release" ? "Released" : "Refused" })).toBeVisible();
  const here = address.pathname + address.search;
  await narrow(page, here);
  await watch.check(`fraud-case-${name}-360`);
  await narrow(page, "/en/app/fraud?show=decided");
  await page.setViewportSize({ width: 1280, height: 800 });
  await visit(page, here.replace("/en/", "/ar/"));
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("img")).toBeVisible();
  await watch.check(`fraud-case-${name}-ar`);
  watch.quiet();
  await context.close();
}

test("a customer denies a held payment: money back, all log-ins over, the analyst closes the case", async ({ page, browser, request }) => {
  const investor = loginOf("investor");
  const app = new Authenticator(investor.totp_secret);
  const watch = new Watch(page, EXPECTED);
  await holdTransfer(request, investor, app, loginOf("friend").email, "42.00");
  await signIn(page, investor, app, "/app/dashboard");
  await expect(page.getByText(/^Was this you\? A payment of/)).toBeVisible();
  await watch.check("dashboard-asked");
  await page.getByRole("link", { name: "Answer now" }).click();
  await expect(page.getByText("$42.00", { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Why we ask" })).toBeVisible();
  await page.getByLabel("What should they know?").fill("I know nobody of that name");
  await page.getByRole("button", { name: "Ask a person to look" }).click();
  await expect(page.getByText(/^You asked a person on/)).toBeVisible();
  await watch.check("confirm");
  await page.getByRole("button", { name: "No, it was not me" }).click();
  // Escape is safe: nothing is decided, and the focus stays in the dialog until then.
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("button", { name: "No, it was not me" }).click();
  await page.getByRole("button", { name: "It was not me", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Everything is stopped" })).toBeVisible();
  await watch.check("confirm-ended");
  await page.goto("/en/app/dashboard");
  await page.waitForURL(/\/app\/login/);
  watch.quiet();
  await decide(browser, "Refuse", "denied");
});

test("a forgotten password is replaced by letter; the code step offers recovery codes", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);
  const email = loginOf("adviser").email;
  await page.goto("/en/app/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await watch.check("recover");
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Send the letter" }).click();
  await page.getByRole("button", { name: "Open sandbox mailbox" }).click();
  await watch.check("recover-letter");
  await page.getByRole("button", { name: "Use this code" }).click();
  await page.getByLabel("New password", { exact: true }).fill("tidal lantern cobble eight");
  await watch.check("recover-reset");
  await page.getByRole("button", { name: "Save the new password" }).click();
  await page.getByRole("link", { name: "Log in" }).last().click();
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill("tidal lantern cobble eight");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await expect(page.getByLabel("Recovery code", { exact: true })).toBeVisible();
  await watch.check("login-recovery");
  await page.goto("/ar/app/recover");
  await watch.check("recover-ar");
  watch.quiet();
});
