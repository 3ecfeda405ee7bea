// Chromium with a fresh profile, and what is checked of each page it shows.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
const WIDTHS = { narrow: 360, wide: 1280 };
const SCHEMES = ["light", "dark"];

/** Runs `acts` in a browser that has never been here. */
export async function withBrowser({ javaScript, locale }, acts) {
  const executablePath = EXECUTABLES.find(existsSync);
  assert.ok(executablePath, `Chromium is at none of ${EXECUTABLES.join(", ")}`);
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ javaScriptEnabled: javaScript, locale });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const refused = [];
    page.on("console", (message) => /content security policy/i.test(message.text()) && refused.push(message.text()));
    page.on("pageerror", (error) => refused.push(String(error)));
    await acts(page);
    assert.deepEqual(refused, [], "pages do nothing that their policy refuses");
  } finally {
    await browser.close();
  }
}

/** Looks at the page narrow and wide, by day and by night: nothing sticks out, axe finds nothing serious, a picture is kept. */
export async function look(page, { screenshots, name, javaScript }) {
  mkdirSync(screenshots, { recursive: true });
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [kind, width] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height: 800 });
      const where = `${name}-${colorScheme}-${kind}`;
      await page.screenshot({ path: join(screenshots, `${where}.png`), fullPage: true });
      if (javaScript) {
        const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.ok(overflow <= 0, `${where} is ${overflow} px too wide`);
        await checkAccessibility(page, where);
      }
    }
  }
}

async function checkAccessibility(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `    ${html}`).join("\n")}`);
  assert.deepEqual(told, [], `accessibility of ${where}`);
}
