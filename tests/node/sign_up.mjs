// Somebody without an account in Chromium: from the app's sign-in page to an account, by the mail that proves the address, and on to the app;
// then with a forgotten password.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { look, withBrowser } from "./chromium.mjs";
import { mailThat } from "./mail.mjs";

const PASSWORD = "seven purple lanterns drift";
const OTHER_PASSWORD = "nine copper whistles hum";

/** Without JavaScript in German, with it in English; then the link in another browser. */
export async function makeAccounts(input) {
  const german = { ...input, javaScript: false, locale: "de-DE", name: "without-javascript-de" };
  const english = { ...input, javaScript: true, locale: "en-GB", name: "en" };
  await forgets(german, await signUp(german));
  await forgets(english, await signUp(english));
  await inAnotherBrowser(english);
}

async function signUp(settings) {
  const email = `Grace-${randomUUID()}@example.org`;
  await withBrowser(settings, async (page) => {
    await openForm(page, settings);
    await looks(page, settings, "sign-up");
    await fill(page, email, "too short");
    await page.waitForSelector("#problem");
    await looks(page, settings, "sign-up-problem");
    assert.equal(await page.inputValue("#email"), email);
    assert.equal(await page.inputValue("#password"), "");
    await fill(page, email, PASSWORD);
    await page.waitForSelector("#send-again");
    await looks(page, settings, "check-mail");
    assert.ok((await page.textContent("#mail-sent")).includes(email));
    await page.click("#send-again");
    await page.waitForSelector("#sent-again");
    await looks(page, settings, "check-mail-again");
    const mail = await mailThat(settings.inbox_url, ({ to }) => to === email);
    await page.goto(linkIn(mail, settings));
    await looks(page, settings, "verify");
    await page.click("#verify");
    await page.waitForSelector("#sign-in");
    assert.equal(await page.inputValue("#username"), email);
    await page.fill("#password", PASSWORD);
    await page.click("#sign-in");
    await page.click("#consent-allow");
    await page.waitForSelector("#claims");
    assert.ok(page.url().startsWith(settings.demo_app), `${page.url()} is the demo app’s`);
    assert.ok((await page.textContent("#userinfo")).includes(email), "the app learns the address");
  });
  return email;
}

/** Sets a new password by the link in a mail; then the old one opens nothing, and the new one does. */
async function forgets(settings, email) {
  await withBrowser(settings, async (page) => {
    await page.goto(settings.demo_app);
    await page.click("#sign-in-with-countersign");
    await page.click("#reset-link");
    await page.waitForSelector("#reset");
    await looks(page, settings, "reset");
    await page.fill("#username", email);
    await page.click("#reset");
    await page.waitForSelector("#notice");
    await looks(page, settings, "reset-sent");
    const path = "/reset?link=";
    const mail = await mailThat(settings.inbox_url, ({ to, links }) => to === email && links.some((link) => link.includes(path)));
    await page.goto(linkIn(mail, settings, path));
    await looks(page, settings, "new-password");
    await page.fill("#password", "too short");
    await page.click("#new-password");
    await page.waitForSelector("#problem");
    await looks(page, settings, "new-password-problem");
    await page.fill("#password", OTHER_PASSWORD);
    await page.click("#new-password");
    await page.waitForSelector("#notice");
    await looks(page, settings, "password-changed");
    await page.goto(settings.demo_app);
    await page.click("#sign-in-with-countersign");
    for (const password of [PASSWORD, OTHER_PASSWORD]) {
      await page.fill("#username", email);
      await page.fill("#password", password);
      await page.click("#sign-in");
      await page.waitForSelector(password === PASSWORD ? "#problem" : "#claims");
    }
  });
}

async function inAnotherBrowser(settings) {
  const email = `Grace-${randomUUID()}@example.org`;
  await withBrowser(settings, async (page) => {
    await openForm(page, settings);
    await fill(page, email, PASSWORD);
    await page.waitForSelector("#send-again");
  });
  const link = linkIn(await mailThat(settings.inbox_url, ({ to }) => to === email), settings);
  await withBrowser(settings, async (page) => {
    await page.goto(link);
    await looks(page, settings, "verify-by-password");
    await page.fill("#password", "not the password that was chosen");
    await page.click("#verify");
    await page.waitForSelector("#problem");
    await looks(page, settings, "verify-problem");
    await page.fill("#password", PASSWORD);
    await page.click("#verify");
    await page.waitForSelector("#notice");
    await looks(page, settings, "address-verified");
    await page.goto(`${link.slice(0, -4)}AAAA`);
    await page.waitForSelector("#notice");
    await looks(page, settings, "link-dead");
  });
}

async function openForm(page, { demo_app, issuer }) {
  await page.goto(demo_app);
  await page.click("#sign-in-with-countersign");
  await page.click("#sign-up-link");
  await page.waitForSelector("#sign-up");
  assert.ok(page.url().startsWith(issuer), `${page.url()} is the provider’s`);
}

async function fill(page, email, password) {
  await page.fill("#email", email);
  await page.fill("#given_name", "Grace");
  await page.fill("#password", password);
  await page.click("#sign-up");
}

function linkIn(mail, { issuer }, path = "/verify?link=") {
  const link = mail.links.find((one) => one.startsWith(`${issuer}${path}`));
  assert.ok(link, `a link of the provider in ${JSON.stringify(mail.links)}`);
  return link;
}

async function looks(page, settings, name) {
  assert.equal(await page.getAttribute("html", "lang"), settings.locale.slice(0, 2));
  await look(page, { ...settings, name: `${name}-${settings.name}` });
}
