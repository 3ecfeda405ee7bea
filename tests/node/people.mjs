// People whom their administrators ask for something, in Chromium: what their account lacks, on the way to an app; and an answer to an invitation.
import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { look, withBrowser } from "./chromium.mjs";

const PASSWORD = "seven purple lanterns drift";

/** Signs in, says what is asked for, and arrives at the app; in another browser nothing is asked any more. */
export async function completes(input) {
  await withApp(input, async (app) => {
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, input.person);
      await page.waitForSelector("#complete");
      await looks(page, input, "complete");
      await page.fill(`#${input.field}`, "oslo");
      await page.selectOption(`#${input.field}_team`, "south");
      await page.selectOption(`#${input.field}_remote`, "false");
      await page.fill(`#${input.field}_since`, "2024-02-29");
      await page.fill(`#${input.field}_desks`, "2");
      await page.click("#complete");
      await page.waitForSelector("#problem");
      await looks(page, input, "complete-problem");
      assert.equal(await page.inputValue(`#${input.field}`), "oslo");
      assert.equal(await page.inputValue(`#${input.field}_team`), "south");
      assert.equal(await page.inputValue(`#${input.field}_since`), "2024-02-29");
      await page.fill(`#${input.field}`, "Oslo");
      await page.click("#complete");
      await arrives(page);
    });
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, input.person);
      await arrives(page);
      await page.goto(`${input.issuer}/account`);
      assert.equal(await page.inputValue(`#${input.field}`), "Oslo");
      // These pages speak the language of the account.
      await looks(page, { ...input, locale: "en" }, "own-attributes");
    });
  });
}

/** Accepts an invitation and with it the terms as they are. */
export async function agrees(input) {
  await withApp(input, async (app) => {
    await withBrowser(input, async (page) => {
      await page.goto(input.link);
      await page.fill("#password", PASSWORD);
      assert.equal(await page.inputValue("#terms"), String(input.terms));
      await page.check("#terms");
      await page.click("#sign-up");
      await page.waitForSelector("#notice");
      await page.goto(app.url);
      await signIn(page, { username: input.email, password: PASSWORD });
      await arrives(page);
    });
  });
}

/** Is asked once for the terms that are new, and for nothing else. */
export async function agreesAnew(input) {
  await withApp(input, async (app) => {
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, { username: input.email, password: PASSWORD });
      await page.waitForSelector("#complete");
      await looks(page, input, "new-terms");
      assert.equal(await page.inputValue("#terms"), String(input.terms));
      assert.equal(await page.getAttribute("#terms-link", "href"), `https://example.com/terms/${input.terms}`);
      // A browser keeps whoever doesn't agree on the page.
      await page.click("#complete");
      assert.ok(await page.$("#complete"));
      await page.check("#terms");
      await page.click("#complete");
      await arrives(page);
      await page.goto(app.url);
      await arrives(page);
    });
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, { username: input.email, password: PASSWORD });
      await arrives(page);
    });
  });
}

/** Chooses another password between the old one and the app; the old one is none from then on. */
export async function replacesPassword(input) {
  await withApp(input, async (app) => {
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, input.person);
      await page.waitForSelector("#new-password");
      await looks(page, input, "outlived");
      assert.equal(await page.inputValue("#username"), input.person.email);
      await page.fill("#password", input.person.password);
      await page.click("#new-password");
      await page.waitForSelector("#problem");
      await looks(page, input, "outlived-problem");
      assert.equal(await page.inputValue("#password"), "");
      await page.fill("#password", PASSWORD);
      await page.click("#new-password");
      await arrives(page);
    });
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, input.person);
      await page.waitForSelector("#problem");
      await signIn(page, { ...input.person, password: PASSWORD });
      await arrives(page);
    });
  });
}

/** Each signs in with the password of elsewhere, in a browser of their own. */
export async function signsIn(input) {
  await withApp(input, async (app) => {
    for (const person of input.people) {
      await withBrowser(input, async (page) => {
        await page.goto(app.url);
        await signIn(page, { ...person, password: "not the password" });
        await page.waitForSelector("#problem");
        await signIn(page, person);
        await arrives(page);
      });
    }
  });
}

/** Is known to the tenant's hook and to nobody here, signs in, and again when the hook is gone. */
export async function isBroughtOver(input) {
  const person = { username: input.email, password: PASSWORD };
  await withApp(input, async (app) => {
    const hook = await openHook(input);
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, { ...person, password: "not the password" });
      await page.waitForSelector("#problem");
      await signIn(page, person);
      await arrives(page);
    });
    hook.close();
    await withBrowser(input, async (page) => {
      await page.goto(app.url);
      await signIn(page, { ...person, password: "not the password" });
      await page.waitForSelector("#problem");
      await looks(page, input, "sign-in-unchecked");
      await signIn(page, person);
      await arrives(page);
    });
    assert.deepEqual(hook.known, [input.email], "whoever has an account is asked about no more");
  });
}

/** The tenant's old system: it answers whoever signs what they ask (Standard Webhooks), and knows one person. */
async function openHook({ hook_port, hook_secret, email }) {
  const known = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = request.headers;
    const key = Buffer.from(hook_secret.replace("whsec_", ""), "base64");
    const expected = `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
    if (signature !== expected) return response.writeHead(400).end();
    const { identifier, password } = JSON.parse(body);
    if (identifier !== email || password !== PASSWORD) return response.writeHead(404).end();
    known.push(identifier);
    return response.setHeader("content-type", "application/json").end(JSON.stringify({ email, email_verified: true, given_name: "Grace" }));
  });
  await new Promise((listening) => server.listen(hook_port, "127.0.0.1", listening));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { known, close };
}

/** Follows the link of an invitation, chooses a password, and signs in with it; then the link is dead. */
export async function accepts(input) {
  await withApp(input, async (app) => {
    await withBrowser(input, async (page) => {
      await page.goto(input.link);
      await page.waitForSelector("#sign-up");
      await looks(page, input, "invitation");
      assert.equal(await page.inputValue("#email"), input.email);
      assert.equal(await page.inputValue("#given_name"), "Grace");
      await page.fill("#password", "too short");
      await page.click("#sign-up");
      await page.waitForSelector("#problem");
      await looks(page, input, "invitation-problem");
      await page.fill("#password", PASSWORD);
      await page.click("#sign-up");
      await page.waitForSelector("#notice");
      await looks(page, input, "invitation-accepted");
      await page.goto(app.url);
      await signIn(page, { username: input.email, password: PASSWORD });
      await arrives(page);
      const answer = await page.goto(input.link);
      assert.equal(answer.status(), 410);
      await looks(page, input, "invitation-dead");
    });
  });
}

/** Signs up where that is for everybody of a domain, and nowhere else; an invitation is good everywhere. */
export async function joins(input) {
  await withBrowser(input, async (page) => {
    const answer = await page.goto(`${input.issuer}/sign-up`);
    if (input.mode === "domain") {
      await page.fill("#email", "grace@example.com");
      await page.fill("#password", PASSWORD);
      await page.click("#sign-up");
      await page.waitForSelector("#problem");
      await looks(page, input, "sign-up-other-domain");
      await page.fill("#email", `other-${input.email}`);
      await page.fill("#password", PASSWORD);
      await page.click("#sign-up");
      await page.waitForSelector("#send-again");
    } else {
      assert.equal(answer.status(), 403);
      await page.waitForSelector("#notice");
      await looks(page, input, `sign-up-${input.mode}`);
    }
    await page.goto(input.link);
    await page.fill("#password", PASSWORD);
    await page.click("#sign-up");
    await page.waitForSelector("#notice");
  });
}

/** An app that does nothing but be returned to. */
async function withApp({ issuer, client_id }, acts) {
  const server = createServer((request, response) => response.setHeader("content-type", "text/html").end("<title>app</title><p id=app>app</p>"));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const challenge = createHash("sha256").update(randomBytes(32).toString("base64url")).digest("base64url");
  const asked = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: `http://127.0.0.1:${server.address().port}/callback`,
    scope: "openid profile",
    state: "af0ifjsldkj",
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  try {
    await acts({ url: `${issuer}/authorize?${asked}` });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function signIn(page, { username, password }) {
  await page.fill("#username", username);
  await page.fill("#password", password);
  await page.click("#sign-in");
}

/** At the app with a code, by way of consent where it is asked. */
async function arrives(page) {
  await page.waitForSelector("#app, #consent-allow");
  if (await page.$("#consent-allow")) {
    await page.click("#consent-allow");
    await page.waitForSelector("#app");
  }
  assert.ok(new URL(page.url()).searchParams.get("code"), `${page.url()} has a code`);
}

async function looks(page, settings, name) {
  assert.equal(await page.getAttribute("html", "lang"), settings.locale.slice(0, 2));
  await look(page, { ...settings, name: `${name}-${settings.name}` });
}
