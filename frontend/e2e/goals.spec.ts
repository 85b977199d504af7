// A goal from nothing to a saved and changed plan: sliders redraw, figures equal the API's, assumptions beside them.
import { expect, test } from "@playwright/test";
import type { Page, Response } from "@playwright/test";

import { loginOf } from "./finnami";
import type { Login } from "./finnami";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

const EXPECTED = [/the server responded with a status of 40[134]/];
const MOVES = 10;

async function signIn(page: Page, login: Login, wanted: string): Promise<void> {
  await page.goto(`/en/app/login?return=${encodeURIComponent(wanted)}`);
  await page.getByLabel("E-mail", { exact: true }).fill(login.email);
  await page.getByLabel("Password", { exact: true }).fill(login.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByLabel("Code", { exact: true }).fill(await new Authenticator(login.totp_secret).code());
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(`**${wanted}`);
}

type Found = { months: number; target: { amount: string }; monthly: { amount: string }; assumptions: { start: { amount: string } } };

/** The answer to the question that was meant: an earlier one may still be on its way. */
function previewed(fits: (found: Found) => boolean) {
  return async (answer: Response) => answer.url().endsWith("/v1/goals/preview") && answer.ok() && fits(await answer.json());
}

function money(amount: string): string {
  return new Intl.NumberFormat("en", { style: "currency", currency: "USD" }).format(amount as unknown as number);
}

/** Do something that asks for figures, and hold the screen to the answer. */
async function equalsApi(page: Page, fits: (found: Found) => boolean, act: () => Promise<void>): Promise<void> {
  const waiting = page.waitForResponse(previewed(fits));
  await act();
  const found = await (await waiting).json();
  const { count, of } = found.frequency;
  const said = `In ${count.toLocaleString("en")} of ${of.toLocaleString("en")} simulated futures you have ${money(found.target.amount)} or more.`;
  await expect(page.getByTestId("chance")).toHaveText(said);
  await expect(page.getByTestId("goal-poor")).toHaveText(money(found.poor.amount));
  await expect(page.getByTestId("goal-middle")).toHaveText(money(found.points.at(-1).middle.amount));
  await expect(page.getByTestId("needed")).toContainText(money(found.needed.monthly.amount));
  await page.getByRole("button", { name: "As a table" }).click();
  const rows = page.getByRole("region", { name: /simulated futures from past months/ }).locator("tbody tr");
  await expect(rows).toHaveCount(found.points.length);
  await expect(rows.last()).toContainText(money(found.points.at(-1).low.amount));
  await page.getByRole("button", { name: "As a table" }).click();
}

/** Milliseconds from each move of a slider to the redrawn fan, told in the report and not judged here. */
async function redraws(page: Page): Promise<number[]> {
  const slider = page.getByLabel("Put in each month, slider");
  const spent: number[] = [];
  for (let move = 0; move < MOVES; move += 1) {
    const redrawn = page.evaluate(
      () =>
        new Promise<number>((done) => {
          const fan = document.querySelector("section[aria-labelledby='fan'] polygon") as Element;
          let from = 0;
          document.addEventListener("input", () => (from = performance.now()), { once: true, capture: true });
          const watch = new MutationObserver(() => {
            watch.disconnect();
            requestAnimationFrame(() => done(performance.now() - from));
          });
          watch.observe(fan, { attributes: true, attributeFilter: ["points"] });
        }),
    );
    await slider.press(move % 2 === 0 ? "ArrowRight" : "PageDown");
    spent.push(Math.round(await redrawn));
  }
  return spent;
}

async function narrow(page: Page, path: string): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(path);
  await expect(page.getByText("Loading …")).toHaveCount(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${path} at 360 px`).toBeLessThanOrEqual(0);
}

test("a goal is planned with sliders, saved, changed beside the saved plan, and archived", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);
  await signIn(page, loginOf("friend"), "/app/goals");
  await expect(page.getByText("You have no goal yet.")).toBeVisible();
  await watch.check("goals-empty");
  await page.getByRole("link", { name: "Plan a goal" }).click();
  await expect(page.getByTestId("chance")).toBeVisible();
  await expect(page.getByRole("heading", { name: "What these figures rest on" })).toBeVisible();
  await page.getByLabel("Everything I have here counts").uncheck();
  await equalsApi(page, ({ assumptions }) => assumptions.start.amount === "4000.00", () => page.getByLabel("Only this much", { exact: true }).fill("4000"));
  await equalsApi(page, ({ target }) => target.amount === "45000.50", () => page.getByLabel("Target", { exact: true }).fill("45000.50"));
  await equalsApi(page, ({ months }) => months === 132, () => page.getByLabel("Years until then, slider").press("ArrowRight"));
  await watch.check("goal-new");
  const spent = (await redraws(page)).sort((a, b) => a - b);
  test.info().annotations.push({ type: "slider to redrawn fan, ms", description: spent.join(" ") });
  process.stdout.write(`slider to redrawn fan, ms: ${spent.join(" ")}\n`);

  await page.getByLabel("Needed on", { exact: true }).fill("2020-01-01");
  await expect(page.getByText("This date has passed. A goal lies in the future.")).toBeVisible();
  await equalsApi(page, ({ months }) => months === 600, () => page.getByLabel("Years until then, slider").press("End"));
  await page.getByLabel("Years until then, slider").press("Home");
  await equalsApi(page, ({ target, months }) => target.amount === "90000000.00" && months === 12, () => page.getByLabel("Target", { exact: true }).fill("90000000"));
  await expect(page.getByTestId("needed")).toContainText("Out of reach");
  await watch.check("goal-unreachable");
  await page.getByLabel("Target", { exact: true }).fill("60000");
  await page.getByLabel("Needed on", { exact: true }).fill(`${new Date().getUTCFullYear() + 12}-01-15`);
  await page.getByLabel("What is it for?").fill("A small house by the sea, for all of us");
  await page.getByRole("button", { name: "Save the goal" }).dblclick();
  await page.waitForURL(/\/app\/goal\?id=[0-9a-z]{20}$/);
  const here = new URL(page.url());

  await expect(page.getByTestId("chance")).toBeVisible();
  await equalsApi(page, ({ monthly }) => monthly.amount === "350.00", () => page.getByLabel("Put in each month", { exact: true }).fill("350"));
  const beside = page.getByRole("region", { name: "Beside the saved plan" });
  await expect(beside.getByRole("row", { name: /Each month/ })).toContainText("$350.00");
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV file" }).click();
  expect((await file).suggestedFilename()).toMatch(/^goal-.*\.csv$/);
  await watch.check("goal-changed");
  await page.getByRole("button", { name: "Save the changes" }).click();
  await expect(page.getByText("Saved as version 2.")).toBeVisible();
  await expect(beside).toHaveCount(0);

  await narrow(page, here.pathname + here.search);
  await expect(page.getByTestId("chance")).toBeVisible();
  await watch.check("goal-360");
  await narrow(page, "/en/app/goals");
  await expect(page.getByRole("link", { name: "A small house by the sea, for all of us" })).toHaveCount(1);
  await expect(page.getByText(/simulated futures$/)).toBeVisible();
  await watch.check("goals-360");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto((here.pathname + here.search).replace("/en/", "/ar/"));
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByTestId("chance")).toBeVisible();
  await watch.check("goal-ar-dark");

  await page.goto(here.pathname + here.search);
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByRole("button", { name: "Archive it" }).click();
  await expect(page.getByText("You have no goal yet.")).toBeVisible();
  watch.quiet();
});
