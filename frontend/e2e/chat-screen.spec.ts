// The chat beside any page, on a phone, in Arabic, in the dark.
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

import { loginOf } from "./finnami";
import { signIn } from "./session";
import { ask, CHAT, EXPECTED, field, turns } from "./talking";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

async function fits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "scrolls sideways").toBeLessThanOrEqual(0);
}

test("the panel on any page, a phone, Arabic and the dark", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);
  const friend = loginOf("friend");
  await signIn(page, friend, new Authenticator(friend.totp_secret), "/app/dashboard");

  await test.step("the panel opens beside a page, keeps the conversation, and gives the focus back", async () => {
    const open = page.getByRole("button", { name: "Ask", exact: true });
    await open.click();
    const panel = page.getByRole("dialog", { name: "Ask FinNami" });
    await panel.getByRole("button", { name: "What is my risk profile?" }).click();
    await expect(panel.getByRole("article")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
    await watch.check("chat-panel");
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expect(open).toBeFocused();
    await open.click();
    await expect(panel.getByTestId("turn")).toHaveCount(1);
    await panel.getByRole("link", { name: "Full page" }).click();
    await page.waitForURL(/\/app\/chat\?id=/);
    await expect(turns(page)).toHaveCount(1);
  });

  await test.step("at 360 pixels it is the whole screen, lists are in reach, nothing scrolls sideways", async () => {
    const address = page.url();
    await page.setViewportSize({ width: 360, height: 740 });
    await ask(page, "Show me my last payments");
    await fits(page);
    await watch.check("chat-360");
    await page.getByRole("button", { name: "Conversations" }).click();
    await expect(page.getByRole("searchbox", { name: "Words in messages" })).toBeVisible();
    await watch.check("chat-360-list");
    await page.goto(address.replace("/en/", "/ar/"));
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(turns(page).first()).toBeVisible();
    await fits(page);
    await watch.check("chat-ar-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByLabel("رسالتك").fill("كم رصيدي النقدي؟");
    await page.getByLabel("رسالتك").press("Enter");
    await expect(turns(page)).toHaveCount(3);
    await expect(turns(page).last().getByRole("article")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
    await watch.check("chat-ar");
    await page.emulateMedia({ colorScheme: "dark" });
    await watch.check("chat-ar-dark");
  });

  await test.step("more than 4,000 characters are counted and not sent", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(CHAT);
    await field(page).fill("a".repeat(4_001));
    await expect(page.getByText("4001 of 4000 characters").or(page.getByText("4,001 of 4,000 characters"))).toBeVisible();
    await expect(page.getByRole("button", { name: "Send" })).toBeDisabled();
    await field(page).fill("two");
    await field(page).press("Shift+Enter");
    await field(page).pressSequentially("lines");
    await expect(field(page)).toHaveValue("two\nlines");
    await expect(turns(page)).toHaveCount(0);
  });
  watch.quiet();
});
