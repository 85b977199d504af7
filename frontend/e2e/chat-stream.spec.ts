// The line of an answer: cut and taken up, dead and continued, stopped.
import { expect, test } from "@playwright/test";

import { loginOf } from "./finnami";
import { signIn } from "./session";
import { ask, EXPECTED, field, turns } from "./talking";
import { Authenticator } from "./totp";
import { Watch } from "./watch";

test("an answer that is cut goes on where it stopped, one that is stopped stays as it is", async ({ page }) => {
  const watch = new Watch(page, EXPECTED);
  const saver = loginOf("saver");
  await signIn(page, saver, new Authenticator(saver.totp_secret), "/app/chat");

  await test.step("cut in the middle: the rest comes by the id of the last event, once", async () => {
    const asked: (string | undefined)[] = [];
    await page.route("**/v1/conversations/*/messages", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      const answer = await route.fetch();
      const events = (await answer.text()).split("\n\n");
      // The reader gets the beginning only, as from a line that breaks.
      const cut = events.findIndex((one) => one.includes("event: delta")) + 1;
      await route.fulfill({ contentType: "text/event-stream", body: `${events.slice(0, cut).join("\n\n")}\n\n` });
    });
    page.on("request", (one) => {
      if (/\/turns\/.*\/events$/.test(one.url())) asked.push(one.headers()["last-event-id"]);
    });
    const turn = await ask(page, "What is an ETF?");
    await expect(turn.getByTestId("answer")).toContainText("ETF");
    await page.unroute("**/v1/conversations/*/messages");
    expect(asked[0]).toMatch(/^[0-9a-z]{26}:\d+$/);
    const text = await turn.getByTestId("answer").innerText();
    await page.reload();
    await expect(turns(page).first().getByTestId("answer")).toHaveText(text.replace(/\s+/g, " "), { useInnerText: true });
  });

  await test.step("the line stays dead: what was said stays, and Continue completes it", async () => {
    await page.route("**/v1/conversations/*/messages", async (route) => {
      if (route.request().method() !== "POST") return route.abort();
      const events = (await (await route.fetch()).text()).split("\n\n");
      await route.fulfill({ contentType: "text/event-stream", body: `${events.slice(0, 2).join("\n\n")}\n\n` });
    });
    await page.route("**/turns/*/events", (route) => route.abort());
    await field(page).fill("What is a bond?");
    await field(page).press("Enter");
    const turn = turns(page).last();
    await expect(turn.getByText("The connection broke")).toBeVisible({ timeout: 60_000 });
    await page.unrouteAll();
    await turn.getByRole("button", { name: "Continue" }).click();
    await expect(turn.getByTestId("answer")).toContainText(/bond/i);
    await expect(turn.getByText("The connection broke")).toHaveCount(0);
  });

  await test.step("stopped: the server is told, and the answer says so", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    // The first bytes come, the rest is held back as by a slow model.
    await page.addInitScript(() => {
      const real = window.fetch;
      window.fetch = async (input, init) => {
        const request = input instanceof Request ? input : new Request(input, init);
        const answer = await real(input, init);
        if (request.method !== "POST" || !/\/v1\/conversations\/[^/]+\/messages$/.test(request.url) || answer.body === null) return answer;
        const [head] = (await answer.text()).split("event: tool_start");
        const begun = (head ?? "").slice(0, (head ?? "").lastIndexOf("\n\n") + 2);
        const encoder = new TextEncoder();
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(encoder.encode(begun));
            Object.assign(window, { endAnswer: () => {
              const turn = /id: ([0-9a-z]{26}):0/.exec(begun)?.[1] ?? "";
              controller.enqueue(encoder.encode(`id: ${turn}:1\nevent: done\ndata: {"finish":"stopped","message":"m"}\n\n`));
              controller.close();
            } });
          },
        });
        return new Response(body, { status: answer.status, headers: answer.headers });
      };
    });
    await page.reload();
    await expect(turns(page).first()).toBeVisible();
    const stops: string[] = [];
    await page.route("**/turns/*/stop", async (route) => {
      stops.push(route.request().url());
      await route.continue();
      release();
    });
    await field(page).fill("What is inflation?");
    await field(page).press("Enter");
    // Stopped before its first event it would only be left: the server has nothing to be told yet.
    await page.waitForFunction(() => "endAnswer" in window);
    await page.waitForTimeout(500);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await held;
    await page.evaluate(() => (window as unknown as { endAnswer: () => void }).endAnswer());
    await expect(turns(page).last().getByTestId("stopped")).toBeVisible();
    await expect(turns(page).last().getByRole("button", { name: "Ask again" })).toBeVisible();
    expect(stops).toHaveLength(1);
    await watch.check("chat-stopped");
  });
  watch.quiet();
});
