// A person in Chromium: from the demo app to the hosted pages and back, with JavaScript and without, in English and German.
import assert from "node:assert/strict";
import { look, withBrowser } from "./chromium.mjs";

/** In this order, since consent is remembered: denies without JavaScript, allows with it, comes back in another language. */
export async function demoApp(input) {
  await denies({ ...input, javaScript: false, locale: "de-DE", name: "without-javascript-de" });
  await allows({ ...input, javaScript: true, locale: "en-GB", name: "en" });
  await returns({ ...input, javaScript: true, locale: "de-DE", name: "de" });
}

/** The demo app without its provider says so. */
export async function providerDown(input) {
  const settings = { ...input, javaScript: true, locale: "en-GB" };
  await withBrowser(settings, async (page) => {
    await page.goto(input.demo_app);
    await page.click("#sign-in-with-countersign");
    await page.waitForSelector("#start-over");
    assert.match(await page.textContent("h1"), /can’t be reached/);
    await look(page, { ...settings, name: "demo-app-provider-down" });
  });
}

async function denies(settings) {
  await withBrowser(settings, async (page) => {
    await begin(page, settings);
    await looks(page, settings, "sign-in", "de");
    assert.equal((await page.textContent("#sign-in")).trim(), "Anmelden");
    await signIn(page, { ...settings.person, password: "not-the-password" });
    await page.waitForSelector("#problem");
    await looks(page, settings, "sign-in-problem", "de");
    assert.equal(await page.inputValue("#username"), settings.person.username);
    assert.equal(await page.inputValue("#password"), "");
    await signIn(page, settings.person);
    await page.waitForSelector("#consent-deny");
    await looks(page, settings, "consent", "de");
    await page.click("#consent-deny");
    await page.waitForSelector("#start-over");
    assert.match(await page.textContent("h1"), /You chose not to share/);
    await look(page, { ...settings, name: "demo-app-denied" });
  });
}

async function allows(settings) {
  await withBrowser(settings, async (page) => {
    await page.goto(settings.demo_app);
    await look(page, { ...settings, name: "demo-app-start" });
    await begin(page, settings);
    await looks(page, settings, "sign-in", "en");
    await signIn(page, { ...settings.person, password: "not-the-password" });
    await page.waitForSelector("#problem");
    await looks(page, settings, "sign-in-problem", "en");
    await signIn(page, settings.person);
    await page.waitForSelector("#consent-allow");
    await looks(page, settings, "consent", "en");
    await page.click("#consent-allow");
    await isSignedIn(page, settings);
    await look(page, { ...settings, name: "demo-app-signed-in" });
    await hasNoSessionInItsScripts(page);

    await page.reload();
    await isSignedIn(page, settings);
    await page.click("#start-over");
    await page.click("#sign-in-with-countersign");
    await isSignedIn(page, settings);
    await refreshesAndSignsOut(page, settings);
  });
}

/** New tokens at the press of a button; signed out, the person is asked for the password again. */
async function refreshesAndSignsOut(page, settings) {
  await page.click("#refresh");
  await page.waitForSelector("#refreshed");
  await isSignedIn(page, settings);
  await look(page, { ...settings, name: "demo-app-refreshed" });
  await page.click("#sign-out");
  await page.waitForSelector("#sign-in-with-countersign");
  assert.ok(page.url().startsWith(settings.demo_app), `${page.url()} is the demo app’s`);
  await page.click("#sign-in-with-countersign");
  await page.waitForSelector("#password");
}

async function returns(settings) {
  await withBrowser(settings, async (page) => {
    await begin(page, settings);
    await looks(page, settings, "sign-in", "de");
    await page.keyboard.type(settings.person.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(settings.person.password);
    await page.keyboard.press("Enter");
    await isSignedIn(page, settings);
    await looksLikeAnError(page, settings);
  });
}

/** A request that no app made: the page says so, with an incident, and leads nowhere. */
async function looksLikeAnError(page, settings) {
  const answer = await page.goto(`${settings.issuer}/authorize?client_id=nobody&redirect_uri=https%3A%2F%2Fapp.example%2F`);
  assert.equal(answer.status(), 400);
  await looks(page, settings, "error", "de");
}

async function begin(page, { demo_app, issuer }) {
  await page.goto(demo_app);
  await page.click("#sign-in-with-countersign");
  await page.waitForSelector("#sign-in");
  assert.ok(page.url().startsWith(issuer), `${page.url()} is the provider’s`);
}

async function signIn(page, { username, password }) {
  await page.fill("#username", username);
  await page.fill("#password", password);
  await page.click("#sign-in");
}

async function isSignedIn(page, { demo_app, issuer, person }) {
  await page.waitForSelector("#claims");
  assert.ok(page.url().startsWith(demo_app), `${page.url()} is the demo app’s`);
  assert.ok((await page.textContent("#claims")).includes(issuer), "the ID token's claims are shown");
  assert.ok((await page.textContent("#userinfo")).includes(person.email), "userinfo is shown");
}

/** No script of a page on this host reads a cookie: all of them are HttpOnly. */
async function hasNoSessionInItsScripts(page) {
  const cookies = await page.context().cookies();
  assert.ok(cookies.some(({ name }) => name.endsWith("cs-session")), "the provider keeps a session");
  assert.equal(await page.evaluate("document.cookie"), "");
}

async function looks(page, settings, name, language) {
  assert.equal(await page.getAttribute("html", "lang"), language);
  await look(page, { ...settings, name: `${name}-${settings.name}` });
}
