// Signing in as a demo person, and the look at a phone's width.
import { expect } from "@playwright/test";
import type { Page } from "@playwright/test";

import type { Login } from "./finnami";
import type { Authenticator } from "./totp";

export async function signIn(page: Page, login: Login, app: Authenticator, wanted: string): Promise<void> {
  await page.goto(`/en/app/login?return=${encodeURIComponent(wanted)}`);
  await page.getByLabel("E-mail", { exact: true }).fill(login.email);
  await page.getByLabel("Password", { exact: true }).fill(login.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByLabel("Code", { exact: true }).fill(await app.code());
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(`**${wanted}`);
}

/** Open a page; a busy machine may answer the first question too late, and then the page offers to ask again. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  const again = page.locator("main").getByRole("button", { name: /^(Try again|أعد المحاولة)/ });
  await expect(page.locator("h1").or(again).first()).toBeVisible();
  if (await again.isVisible()) await again.click();
}

export async function narrow(page: Page, path: string): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(path);
  await expect(page.getByText("Loading …")).toHaveCount(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${path} at 360 px`).toBeLessThanOrEqual(0);
}

/** How often what a page shows has moved as a whole since it was opened. */
export function shiftsOfMain(page: Page): Promise<number> {
  type Shift = PerformanceEntry & { sources: { node: Node | null }[] };
  return page.evaluate(
    () =>
      new Promise<number>((told) => {
        const observer = new PerformanceObserver((list) => {
          const shifts = list.getEntries() as Shift[];
          told(shifts.filter((one) => one.sources.some(({ node }) => node instanceof Element && node.id === "main")).length);
        });
        observer.observe({ type: "layout-shift", buffered: true });
        setTimeout(() => told(0), 1_000);
      }),
  );
}
