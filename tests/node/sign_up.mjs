// Somebody without an account in Chromium: from the app's sign-in page to an account, by the mail that proves the address, and on to the app;
// then with a forgotten password, and with one that somebody else knows.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { look, withBrowser } from "./chromium.mjs";
import { mailThat } from "./mail.mjs";

/** The password of an account that was just made. */
export const PASSWORD = "seven purple lanterns drift";
const OTHER_PASSWORD = "nine copper whistles hum";
const LAST_PASSWORD = "eleven patient harbours wait";

/** Without JavaScript in German, with it in English; then the link in another browser. */
export async function makeAccounts(input) {
  const german = { ...input, javaScript: false, locale: "de-DE", name: "without-javascript-de" };
  const english = { ...input, javaScript: true, locale: "en-GB", name: "en" };
  await forgetsAndLocks(german);
  await forgetsAndLocks(english);
  await inAnotherBrowser(english);
}

async function forgetsAndLocks(settings) {
  const email = await signUp(settings);
  await locks(settings, email, await forgets(settings, email));
}

/** Makes an account by the link in the mail; its address. */
export async function signUp(settings) {
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

/** Sets a new password by the link in a mail; then the old one opens nothing, and the new one does. Returns the link, which is spent. */
async function forgets(settings, email) {
  let link;
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
    link = await linkTo("/reset?link=", settings, email);
    await page.goto(link);
    await looks(page, settings, "new-password");
    await page.fill("#password", "too short");
    await page.click("#new-password");
    await page.waitForSelector("#problem");
    await looks(page, settings, "new-password-problem");
    await page.fill("#password", OTHER_PASSWORD);
    await page.click("#new-password");
    await page.waitForSelector("#notice");
    await looks(page, settings, "password-changed");
    for (const password of [PASSWORD, OTHER_PASSWORD]) {
      await signIn(page, settings, email, password);
      await page.waitForSelector(password === PASSWORD ? "#problem" : "#claims");
    }
  });
  return link;
}

/** Says by the mail about the new password that it was somebody else: the session ends, the password opens nothing, and a mail leads to a new one. */
async function locks(settings, email, spent) {
  await withBrowser(settings, async (page) => {
    await signIn(page, settings, email, OTHER_PASSWORD);
    await page.waitForSelector("#claims");
    await page.goto(await linkTo("/not-me?link=", settings, email, { about: /password|Passwort/ }));
    await looks(page, settings, "not-me");
    await page.click("#not-me");
    await page.waitForSelector("#notice");
    await looks(page, settings, "account-locked");
    await signIn(page, settings, email, OTHER_PASSWORD);
    await page.waitForSelector("#problem");
    await page.goto(await linkTo("/reset?link=", settings, email, { spent }));
    await page.fill("#password", LAST_PASSWORD);
    await page.click("#new-password");
    await page.waitForSelector("#notice");
    await signIn(page, settings, email, LAST_PASSWORD);
    await page.waitForSelector("#claims");
  });
}

async function signIn(page, { demo_app }, email, password) {
  // The app forgets its own session; the provider's stays.
  await page.context().clearCookies({ name: /^(?!.*cs-)/ });
  await page.goto(demo_app);
  await page.click("#sign-in-with-countersign");
  await page.fill("#username", email);
  await page.fill("#password", password);
  await page.click("#sign-in");
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

/** The first link to a path that was mailed to an address, but for one that is spent; `about` picks the mail by its subject. */
/** A link of ours in a mail to `email`. */
export async function linkTo(path, settings, email, { spent, about = /./ } = {}) {
  const fits = (link) => link.startsWith(`${settings.issuer}${path}`) && link !== spent;
  const mail = await mailThat(settings.inbox_url, ({ to, subject, links }) => to === email && about.test(subject) && links.some(fits));
  return mail.links.find(fits);
}

function linkIn(mail, { issuer }) {
  const link = mail.links.find((one) => one.startsWith(`${issuer}/verify?link=`));
  assert.ok(link, `a link of the provider in ${JSON.stringify(mail.links)}`);
  return link;
}

async function looks(page, settings, name) {
  assert.equal(await page.getAttribute("html", "lang"), settings.locale.slice(0, 2));
  await look(page, { ...settings, name: `${name}-${settings.name}` });
}
