// What every page is held to: no error in the console, no blocked content, no barrier for axe.
import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";
import type { Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

export class Watch {
  readonly complaints: string[] = [];

  constructor(
    private readonly page: Page,
    private readonly allowed: readonly RegExp[] = [],
  ) {
    page.on("console", (message) => {
      if (message.type() === "error") this.note(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.note(`page: ${error.message}`));
  }

  private note(text: string): void {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  /** Hold the page as it stands to axe, and to one heading and a title. */
  async check(name: string): Promise<void> {
    await expect(this.page.locator("h1")).toHaveCount(1);
    expect(await this.page.title()).not.toBe("");
    // Half-way through a fade or a dialog's entrance no contrast is what it will be. What was just
    // rendered starts to move a frame later; what never ends (a spinner) is not waited for.
    await this.page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const moving = () =>
        document.getAnimations().filter((one) => one.playState === "running" && Number.isFinite(Number(one.effect?.getComputedTiming().endTime)));
      for (let turn = 0; turn < 10; turn += 1) {
        await frame();
        await frame();
        const found = moving();
        if (found.length === 0) return;
        await Promise.allSettled(found.map((one) => one.finished));
      }
    });
    const found = await new AxeBuilder({ page: this.page }).withTags(TAGS).analyze();
    const broken = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" ")}`);
    expect(broken, `axe on ${name}`).toEqual([]);
    await this.page.screenshot({ path: `../../test-results/screens/${name}.png`, fullPage: true });
  }

  quiet(): void {
    expect(this.complaints).toEqual([]);
  }
}
