// Acceptance of screen 11's import: bad rows by line, the second import adds nothing, undo, and no money moves.
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";

import { loginOf } from "./finnami";
import { narrow, signIn } from "./session";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

const EXPECTED = [/the server responded with a status of 40[1349]/];
const GERMAN = [
  "Depotumsätze 2026;;;;;;",
  "Datum;Typ;ISIN;Wertpapiername;Stück;Kurs;Betrag;Gebühren",
  "05.01.2026;Kauf;US0378331005;Äpfel;1.000;12,50;-12.500,00;5,00",
  "05.01.2026;Verkauf;US0378331005;Äpfel;-400;13,00;5.200,00;5,00",
  "05.01.2026;Verkauf;US0378331005;Äpfel;-400;13,00;5.200,00;5,00",
  "06.01.2026;Zauber;;;;;1,00;",
  "31.02.2026;Einlage;;;;;1,00;",
  "07.01.2026;Einlage;;;;;2.500,00;",
  "Summe;;;;;;395,00;",
].join("\r\n");

async function choose(page: Page, name: string, text: string, encoding: "utf8" | "latin1" = "utf8"): Promise<void> {
  await page.getByLabel("File of transactions").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text, encoding) });
}

function counts(page: Page) {
  return page.getByTestId("import-counts");
}

test("a broker's file is looked at, corrected, imported once and undone", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);
  const login = loginOf("friend");
  await signIn(page, login, new Authenticator(login.totp_secret), "/app/transactions");
  await page.getByRole("link", { name: "Bring a history from another broker" }).click();
  await expect(page.getByText("Nothing was imported yet.")).toBeVisible();
  await watch.check("imports-empty");

  await page.getByLabel("Name of the account").fill("Sparkasse");
  await choose(page, "depot.csv", GERMAN, "latin1");
  await expect(counts(page)).toHaveText("7 rows: 0 new, 0 already here, 7 refused.");
  await expect(page.getByText("Text above the table was not read: line 1.")).toBeVisible();
  await page.getByLabel("Currency of rows without one").fill("eur");
  await expect(counts(page)).toHaveText("7 rows: 4 new, 0 already here, 3 refused.");
  const refused = page.getByRole("region", { name: "Refused rows by line" });
  await expect(refused.getByRole("row", { name: /^6 .*not a known kind of transaction/ })).toBeVisible();
  await expect(refused.getByRole("row", { name: /^7 .*not a date/ })).toBeVisible();
  await expect(refused.getByRole("row", { name: /^9 .*line of totals/ })).toBeVisible();
  await watch.check("imports-preview");
  await page.getByLabel("What does Zauber mean?").click();
  await page.getByTitle("Deposit", { exact: true }).click();
  await expect(counts(page)).toHaveText("7 rows: 5 new, 0 already here, 2 refused.");
  const keep = page.getByRole("button", { name: "Import 5 rows" });
  await expect(keep).toBeEnabled();
  await keep.dblclick();
  await expect(page.getByText("5 rows were imported into Sparkasse.")).toBeVisible();
  const held = page.getByRole("region", { name: "Positions held elsewhere" });
  await expect(held.getByRole("row")).toHaveCount(2);
  await expect(held.getByRole("cell", { name: "200", exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Sum of imported amounts" }).getByRole("row", { name: /Sparkasse/ })).toContainText("€386.00");
  const history = page.getByRole("region", { name: "Imports", exact: true });
  await expect(history.locator("tbody tr")).toHaveCount(1);
  await page.getByRole("button", { name: "Show 2 refused rows" }).click();
  await expect(refused.getByRole("row", { name: /^7 .*31\.02\.2026/ })).toBeVisible();
  await watch.check("imports-kept");

  await choose(page, "depot.csv", GERMAN, "latin1");
  await page.getByLabel("Currency of rows without one").fill("EUR");
  await expect(counts(page)).toHaveText("7 rows: 0 new, 4 already here, 3 refused.");
  await expect(page.getByText("Nothing to import: every row is already here or refused.")).toBeVisible();

  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const exported = readFileSync(await (await file).path(), "utf8");
  await choose(page, "again.csv", exported);
  await expect(counts(page)).toHaveText("5 rows: 0 new, 5 already here, 0 refused.");

  await narrow(page, "/en/app/imports");
  await expect(held).toBeVisible();
  await choose(page, "depot.csv", GERMAN, "latin1");
  await expect(counts(page)).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "the preview at 360 px").toBeLessThanOrEqual(0);
  await watch.check("imports-360");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/ar/app/imports");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByText("Sparkasse").first()).toBeVisible();
  await watch.check("imports-ar-dark");

  await page.goto("/en/app/imports");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("button", { name: "Undo it" }).click();
  await expect(page.getByText("Undone")).toBeVisible();
  await expect(page.getByText("Nothing was imported yet.")).toBeVisible();
  await page.goto("/en/app/transactions");
  await expect(page.getByRole("region", { name: "Your ledger" }).getByText(/Sparkasse/)).toHaveCount(0);
  watch.quiet();
});
