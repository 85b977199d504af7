// Steps of every journey that moves money: the fresh code when it is asked for, the preview when it is ready.
import { expect } from "@playwright/test";
import type { Page } from "@playwright/test";

import type { Authenticator } from "./totp";

/** Give a fresh code when the page asks for one, then wait for the words that say it is done. */
export async function confirmIfAsked(page: Page, app: Authenticator, done: RegExp): Promise<void> {
  const dialog = page.getByRole("dialog");
  const result = page.getByText(done).first();
  await expect(dialog.or(result).first()).toBeVisible();
  if (await dialog.isVisible()) {
    await dialog.getByLabel("Code from your app").fill(await app.code());
    await dialog.getByRole("button", { name: "Confirm" }).click();
  }
  await expect(result).toBeVisible();
}

/** The first figures may still be computed: the page says that it waits, and she asks again. */
export async function preview(page: Page): Promise<void> {
  await expect(async () => {
    const button = page.getByRole("button", { name: "Show the preview" });
    // A slow answer to an earlier click may have brought the preview meanwhile: then there is no button.
    if (await button.isVisible()) await button.click();
    await expect(page.getByRole("heading", { name: "Preview", exact: true })).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
}
