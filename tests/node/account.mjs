// Somebody with an account in Chromium, through every section of its pages: what is known of them, a photo, another address, a telephone number, another
// password, other devices, apps, history, the data as a file, and an end that is taken back.
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { look, withBrowser } from "./chromium.mjs";
import { mailThat } from "./mail.mjs";
import { PASSWORD, linkTo, signUp } from "./sign_up.mjs";

const NEW_PASSWORD = "twelve orange kettles sing";

/** Without JavaScript in German, with it in English. */
export async function keepAccounts(input) {
  await keeps({ ...input, javaScript: false, locale: "de-DE", name: "without-javascript-de" });
  await keeps({ ...input, javaScript: true, locale: "en-GB", name: "en" });
}

async function keeps(settings) {
  const email = await signUp(settings);
  await withBrowser(settings, async (page) => {
    await signInAt(page, settings, email, PASSWORD);
    await looks(page, settings, "account-profile");
    await profile(page, settings);
    await photo(page, settings);
    const address = await otherAddress(page, settings);
    await telephone(page, settings);
    await otherDevices(page, settings, address);
    await apps(page, settings);
    await section(page, settings, "activity");
    assert.ok((await page.locator("ul.rows li").count()) >= 4, "what happened is listed");
    await data(page, settings);
    await otherPassword(page, settings, address);
  });
}

async function signInAt(page, { issuer }, email, password) {
  await page.goto(`${issuer}/account`);
  await page.fill("#username", email);
  await page.fill("#password", password);
  await page.click("#sign-in");
  await page.waitForSelector("#save-profile");
  assert.equal(page.url(), `${issuer}/account`, "nothing of the sign-in is left in the address");
}

async function profile(page, settings) {
  // A browser lets any scheme pass that looks like one.
  await page.fill("#website", "javascript:alert(1)");
  await page.click("#save-profile");
  await page.waitForSelector("#problem");
  await looks(page, settings, "account-profile-problem");
  await page.fill("#website", "https://grace.example/");
  await page.fill("#nickname", "Amazing Grace");
  await page.click("#save-profile");
  await page.waitForSelector("#done");
  assert.equal(await page.inputValue("#nickname"), "Amazing Grace");
}

/** What is no picture is refused, a picture becomes a photo that anybody can fetch, and goes again. */
async function photo(page, settings) {
  const upload = async (name, buffer) => {
    await page.setInputFiles("#photo", { name, mimeType: "image/png", buffer });
    await page.click("#save-photo");
  };
  await upload("me.png", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
  await page.waitForSelector("#problem");
  await looks(page, settings, "account-photo-problem");
  await upload("me.gif", await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } }));
  await page.waitForSelector("#done");
  const address = await page.getAttribute("#photo-now", "src");
  const width = await page.locator("#photo-now").evaluate((photo) => photo.decode().then(() => photo.naturalWidth));
  assert.equal(width, 512, "the page may show it");
  const answer = await fetch(address);
  assert.equal(answer.headers.get("content-type"), "image/jpeg");
  assert.deepEqual([...new Uint8Array(await answer.arrayBuffer()).slice(0, 3)], [0xff, 0xd8, 0xff]);
  await looks(page, settings, "account-photo");
  await page.click("#remove-photo");
  await page.waitForSelector("#done");
  assert.equal(await page.locator("#photo-now").count(), 0);
  await gone(address);
}

/** Whoever delivers the event of its removal removes the photo. */
async function gone(address) {
  for (let poll = 0; poll < 240; poll++) {
    if ((await fetch(address, { cache: "no-store" })).status === 404) return;
    await pause(250);
  }
  throw new Error("the photo is still there");
}

/** Asks for another address and proves it by its link; the one before is told. */
async function otherAddress(page, settings) {
  const email = `New-${randomUUID()}@example.org`;
  const before = (await page.textContent("#account")).trim();
  await section(page, settings, "security");
  await page.fill("#email", email);
  await page.click("#change-email");
  await page.waitForSelector("#email-pending");
  await looks(page, settings, "account-email-pending");
  await page.goto(await linkTo("/account/email?link=", settings, email));
  await looks(page, settings, "account-email-confirm");
  await page.click("#confirm-email");
  await page.waitForSelector("#done");
  assert.equal((await page.textContent("#email-now")).trim(), email);
  await mailThat(settings.inbox_url, ({ to, subject }) => to === before && /changed|geändert/.test(subject));
  return email;
}

/** Proves a number by the code of its text message, after a wrong one; then has none any more, which the number is told. */
async function telephone(page, settings) {
  const number = `+4915${String(randomInt(10 ** 9)).padStart(9, "0")}`;
  await section(page, settings, "security");
  await page.fill("#phone", "0151 123");
  await page.click("#change-phone");
  await page.waitForSelector("#problem");
  await looks(page, settings, "account-phone-problem");
  await page.fill("#phone", `${number.slice(0, 3)} ${number.slice(3)}`);
  await page.click("#change-phone");
  await page.waitForSelector("#phone-pending");
  await looks(page, settings, "account-phone-pending");
  const { text } = await mailThat(settings.inbox_url, ({ way, to }) => way === "sms" && to === number);
  const [, host, code] = /\n\n@(\S+) #([0-9]{6})$/.exec(text);
  assert.equal(host, new URL(settings.issuer).hostname);
  await page.fill("#code", code === "000000" ? "000001" : "000000");
  await page.click("#confirm-phone");
  await page.waitForSelector("#problem");
  await looks(page, settings, "account-code-problem");
  await page.fill("#code", code);
  await page.click("#confirm-phone");
  await page.waitForSelector("#done");
  assert.equal((await page.textContent("#phone-now")).trim(), number);
  await looks(page, settings, "account-phone");
  await page.click("#remove-phone");
  await page.waitForSelector("#phone-none");
  await mailThat(settings.inbox_url, ({ way, to, text }) => way === "sms" && to === number && !text.includes(code));
}

/** Another browser signs in by the new address, is listed, and is signed out from here. */
async function otherDevices(page, settings, email) {
  await withBrowser(settings, async (other) => {
    await signInAt(other, settings, email, PASSWORD);
    await section(page, settings, "sessions");
    assert.ok((await page.locator("ul.rows li").count()) >= 2);
    await page.click("#end-others");
    await page.waitForSelector("#done");
    assert.equal(await page.locator("ul.rows li").count(), 1);
    await other.goto(`${settings.issuer}/account`);
    await other.waitForSelector("#sign-in");
  });
}

async function apps(page, settings) {
  await section(page, settings, "apps");
  const remove = page.locator("button[name=remove]");
  assert.equal(await remove.count(), 1, "the demo app is connected");
  await remove.click();
  await page.waitForSelector("#done");
  assert.equal(await remove.count(), 0);
}

async function data(page, settings) {
  await section(page, settings, "data");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const all = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(all.account.profile.nickname, "Amazing Grace");
  assert.ok(all.history.length > 3);
  await page.click("#delete-account");
  await page.waitForSelector("#keep-account");
  await looks(page, settings, "account-deletion");
  await page.click("#keep-account");
  await page.waitForSelector("#delete-account");
}

async function otherPassword(page, settings, email) {
  await section(page, settings, "security");
  await page.fill("#current_password", "not the password");
  await page.fill("#new_password", NEW_PASSWORD);
  await page.click("#change-password");
  await page.waitForSelector("#problem");
  await looks(page, settings, "account-password-problem");
  await page.fill("#current_password", PASSWORD);
  await page.fill("#new_password", NEW_PASSWORD);
  await page.click("#change-password");
  await page.waitForSelector("#done");
  await withBrowser(settings, (other) => signInAt(other, settings, email, NEW_PASSWORD));
}

async function section(page, settings, name) {
  await page.click(`#section-${name}`);
  await page.waitForSelector(`#section-${name}[aria-current=page]`);
  await looks(page, settings, `account-${name}`);
}

async function looks(page, settings, name) {
  assert.equal(await page.getAttribute("html", "lang"), settings.locale.slice(0, 2));
  await look(page, { ...settings, name: `${name}-${settings.name}` });
}
