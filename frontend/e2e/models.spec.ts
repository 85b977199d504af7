// The model desk: its figures are the API's, and going back to the version before takes two people.
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { finnami, loginOf } from "./finnami";
import { narrow, signIn, visit } from "./session";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

const BASE = "/v1/models/fraud";
const SECOND = "e2e-second";
// A refusal that the journey asks for (signed out, step-up, the second person) is no defect.
const EXPECTED = [/the server responded with a status of (40[134]|503)/];
const scientist = loginOf("scientist");
const scientistApp = new Authenticator(scientist.totp_secret);
const admin = loginOf("admin");
const adminApp = new Authenticator(admin.totp_secret);

const figure = (value: number) => new Intl.NumberFormat("en", { minimumFractionDigits: 4, maximumFractionDigits: 4 }).format(value);
const share = (value: number) => new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/** The shipped model under another version, registered and put in force as an operator does it. */
function secondVersion(): void {
  const folder = join(mkdtempSync(join(tmpdir(), "finnami-model-")), "made");
  const python = join(dirname(process.env.FINNAMI_BIN ?? "../../.venv/bin/finnami"), "python");
  const copy = "import sys, pathlib; from tests.factories.models import variant; variant(pathlib.Path(sys.argv[1]), sys.argv[2])";
  execFileSync(python, ["-c", copy, folder, SECOND], { env: { ...process.env, PYTHONPATH: "../.." }, encoding: "utf8", timeout: 120_000 });
  finnami("models", "register", folder, "--json");
  finnami("models", "promote", SECOND, "--without-gate", "--reason", "trained again", "--json");
}

/** What the API answers to the reader of this page, asked with her own token. */
async function asked<T>(page: Page, path: string): Promise<[T, string]> {
  const asking = page.waitForRequest((request) => request.url().includes(BASE) && "authorization" in request.headers());
  await page.reload();
  const token = (await asking).headers()["authorization"] ?? "";
  const answer = await page.request.get(path, { headers: { authorization: token } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return [(await answer.json()) as T, token];
}

async function figuresOfDesk(page: Page): Promise<string> {
  const [monitor] = await asked<{ reports: Report[]; rows_min: number }>(page, `${BASE}/monitor`);
  const [desk] = await asked<Desk>(page, BASE);
  await expect(page.getByTestId("in-force")).toHaveText(desk.version);
  for (const { version, average_precision } of desk.versions) {
    await expect(page.getByRole("region", { name: "Stored versions" }).getByRole("row", { name: new RegExp(version) })).toContainText(figure(average_precision));
  }
  const report = monitor.reports[0];
  if (report === undefined) throw new Error("`finnami models watch` left no report");
  await expect(page.getByTestId("day-rows")).toHaveText(String(report.rows));
  await expect(page.getByTestId("day-scored")).toHaveText(String(report.scored));
  if (report.scored < monitor.rows_min) await expect(page.getByTestId("too-few")).toContainText(`${report.scored} of ${monitor.rows_min}`);
  else await expect(page.getByTestId("drift-verdict")).toBeVisible();
  const largest = [...report.columns].sort((a, b) => b.psi - a.psi)[0];
  if (largest !== undefined) {
    const row = page.getByRole("region", { name: "Drift" }).getByRole("row").nth(1);
    await expect(row).toContainText(`${figure(largest.psi)}${figure(largest.ks)}${share(largest.default_share)}`);
  }
  return desk.version;
}

/** What a quiet sandbox cannot have: ninety days with a gap, an alert on the last one, a challenger that won. */
async function ninetyDays(page: Page, version: string): Promise<void> {
  const at = (day: number) => new Date(Date.UTC(2026, 5, 1 + day)).toISOString();
  const report = (day: number) => ({
    version, day: at(day).slice(0, 10), at: at(day), rows: 900, scored: 900, degraded: 0, changes: 1, mean_probability: 0.0123,
    outcomes: { approve: 860, step_up: 25, hold: 12, block: 3 },
    columns: Array.from({ length: 51 }, (_, place) => ({ name: place === 0 ? "score" : `c_n${place}`, psi: (((day + place) % 50) / 50) * (day > 80 ? 0.5 : 0.15), ks: 0.02, default_share: 0.1 })),
    alerts: day > 80 ? ["c_n9"] : [],
    labelled: { rows: 800, frauds: 9, ...(day > 20 && { average_precision: 0.6 + (day % 7) / 50, auc: 0.95, recall_fpr_01: 0.8, brier: 0.002, ece: 0.001, cost: 1234.5, alerts: 0.04 }) },
  });
  const days = Array.from({ length: 90 }, (_, day) => day).filter((day) => day < 40 || day > 44);
  const measures = { average_precision: 0.7, auc: 0.95, recall_fpr_01: 0.8, brier: 0.002, ece: 0.001, cost: 1000, alerts: 0.04 };
  const comparison = {
    champion_version: version, challenger_version: SECOND, since: at(60), until: at(89), at: at(89), rows: 9000, labelled: 8000, frauds: 60,
    labelled_days: 28, agreement: 0.99, champion: measures, challenger: { ...measures, average_precision: 0.8, cost: 850 },
    precision_gain: [0.02, 0.15], cost_saving: [20, 150], refusals: [],
  };
  const json = { reports: days.reverse().map(report), comparison, rows_min: 200, psi_alert: 0.2 };
  await page.route(`**${BASE}/monitor`, (route) => route.fulfill({ json }));
  await page.route(`**${BASE}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), challenger: SECOND, challenger_since: at(60) } });
  });
}

type Desk = { version: string; versions: { version: string; average_precision: number }[] };
type Report = { rows: number; scored: number; columns: { name: string; psi: number; ks: number; default_share: number }[] };

test("figures equal the API; a rollback needs a second person and takes effect without a restart", async ({ page, browser }) => {
  const watch = new Watch(page, EXPECTED);
  finnami("demo", "busy");
  finnami("models", "watch", "--json");
  await signIn(page, scientist, scientistApp, "/app/models");
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" })).toBeVisible();
  const shipped = await figuresOfDesk(page);
  await watch.check("models");

  await page.getByTestId("in-force").click();
  await expect(page.getByRole("heading", { name: "Model version" })).toBeVisible();
  const [model] = await asked<{ metrics: Record<string, [number, number]>; data_sha256: string }>(page, `${BASE}/versions/${shipped}`);
  const [low, high] = model.metrics["average_precision_90"] ?? [];
  await expect(page.getByRole("row", { name: /^Average precision/ })).toContainText(`${figure(low ?? 0)} to ${figure(high ?? 0)}`);
  await expect(page.getByTestId("fact-data")).toHaveText(model.data_sha256);
  await expect(page.getByRole("heading", { name: "Known limits" })).toBeVisible();
  await watch.check("models-version");

  secondVersion();
  await visit(page, `/en/app/models?version=${SECOND}`);
  await expect(page.getByRole("row", { name: /^Average precision/ })).toBeVisible();
  await page.getByRole("link", { name: "Back to the models" }).click();
  await expect(page.getByTestId("in-force")).toHaveText(SECOND);
  await expect(page.getByTestId("judging")).toHaveText("Judges payments in this process");

  await page.getByRole("button", { name: "Ask to go back" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Precision fell on Monday");
  await watch.check("models-ask");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Waiting for a second person")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Agree/ })).toHaveCount(0);
  const [changes, token] = await asked<{ change_id: string; mine: boolean }[]>(page, `${BASE}/changes`);
  expect(changes[0]?.mine).toBe(true);
  const own = await page.request.post(`${BASE}/changes/${changes[0]?.change_id}/decision`, { data: { decision: "agree" }, headers: { authorization: token } });
  expect([own.status(), (await own.json()).code]).toEqual([403, "other_person_needed"]);
  await watch.check("models-waiting");
  await narrow(page, "/en/app/models");
  await watch.check("models-360");
  await narrow(page, `/en/app/models?version=${shipped}`);
  await page.setViewportSize({ width: 1280, height: 800 });

  const context = await browser.newContext();
  const other = await context.newPage();
  const watchOther = new Watch(other, EXPECTED);
  await signIn(other, admin, adminApp, "/app/models");
  await expect(other.getByText("Precision fell on Monday")).toBeVisible();
  await other.getByRole("button", { name: `Agree with a code: Going back to ${shipped}` }).click();
  await other.getByRole("dialog").getByLabel("Code from your app").fill(await adminApp.code());
  await other.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
  await expect(other.getByTestId("in-force")).toHaveText(shipped);
  // The same process, never restarted, judges with the version before.
  await expect(other.getByTestId("judging")).toHaveText("Judges payments in this process");
  await watchOther.check("models-done");
  watchOther.quiet();
  await context.close();

  await visit(page, "/ar/app/models");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByTestId("in-force")).toHaveText(shipped);
  await expect(page.getByTestId("day-rows")).toBeVisible();
  await watch.check("models-ar");

  await ninetyDays(page, shipped);
  await visit(page, "/en/app/models");
  const line = page.getByRole("slider", { name: "Largest PSI" });
  await line.focus();
  const last = await line.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowLeft");
  await expect(line).not.toHaveAttribute("aria-valuetext", last ?? "");
  await expect(page.getByTestId("verdict")).toContainText("It may be promoted");
  await watch.check("models-full");
  await page.getByText("Dark", { exact: true }).click();
  await watch.check("models-full-dark");
  await narrow(page, "/en/app/models");
  await watch.check("models-full-360");
  watch.quiet();
});
