// Journeys in Debian's Chromium against a FinNami that this run starts and stops itself.
import { defineConfig, devices } from "@playwright/test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Workers load this file again: what the first load chose is handed on in the environment.
process.env.FINNAMI_E2E_PORT ??= String(21000 + (process.pid % 9000));
process.env.FINNAMI_DATA_DIR ??= mkdtempSync(join(tmpdir(), "finnami-e2e-"));
// A payment drawn at random would put a case into the queue that no journey asked for.
process.env.FINNAMI_FRAUD_REVIEW_SHARE ??= "0";
// Streams end early, so that a journey sees the next connection take up where the last one was.
process.env.FINNAMI_QUOTE_STREAM_S ??= "20";
const url = process.env.FINNAMI_E2E_URL ?? `http://127.0.0.1:${process.env.FINNAMI_E2E_PORT}`;
const finnami = process.env.FINNAMI_BIN ?? "../../.venv/bin/finnami";

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  globalSetup: "./prices.ts",
  workers: 1,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["json", { outputFile: "../../reports/playwright.json" }]],
  use: {
    baseURL: url,
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.FINNAMI_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 800 }, locale: "en" } },
  ],
  webServer: process.env.FINNAMI_E2E_URL
    ? undefined
    : {
        command: `exec ${finnami} up --port ${process.env.FINNAMI_E2E_PORT}`,
        url: `${url}/readyz`,
        timeout: 240_000,
        gracefulShutdown: { signal: "SIGTERM", timeout: 60_000 },
      },
});
