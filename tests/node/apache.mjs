// A page behind Apache and `mod_auth_openidc`: in by way of the provider, a refreshed token, and out when the provider says so.
import assert from "node:assert/strict";
import { Visitor, shows } from "./visitor.mjs";

// Apache answers 302 where this provider answers 303.
const REDIRECTS = [302, 303];

/** Signs in at the guarded page and refreshes the module's access token; answers the browser's cookies. */
export async function signIn({ site, guarded, person }) {
  const visitor = new Visitor({ redirects: REDIRECTS });
  let page = await visitor.open(`${site}${guarded}`);
  assert.ok(shows(page, "sign-in"), `the provider's sign-in page:\n${page.html}`);
  page = await visitor.submit(page, { username: person.username, password: person.password });
  if (shows(page, "consent-allow")) page = await visitor.submit(page, { decision: "allow" });
  assert.equal(page.url, `${site}${guarded}`, page.html);
  const before = await information(visitor, site, "");
  const after = await information(visitor, site, "&access_token_refresh_interval=0");
  assert.ok(before.access_token && after.access_token !== before.access_token, "the module refreshed its access token");
  assert.equal(after.userinfo.email, person.email);
  return { cookies: visitor.cookies };
}

/** Ends the person's session at the provider, in the browser that has it. */
export async function logOutAtProvider({ issuer, cookies }) {
  const visitor = new Visitor({ cookies });
  const asked = await visitor.open(`${issuer}/logout`);
  assert.ok(shows(asked, "logout-confirm"), `a page that asks:\n${asked.html}`);
  assert.equal((await visitor.submit(asked, { decision: "confirm" })).status, 200);
}

/** The module's session lives: the guarded page is shown at once. */
export async function isSignedIn({ site, guarded, cookies }) {
  const page = await new Visitor({ cookies, redirects: REDIRECTS }).open(`${site}${guarded}`);
  assert.equal(page.url, `${site}${guarded}`, page.html);
}

/** The module's session is gone: the guarded page leads to the provider again. */
export async function isSignedOut({ site, guarded, cookies }) {
  const page = await new Visitor({ cookies, redirects: REDIRECTS }).open(`${site}${guarded}`);
  assert.ok(shows(page, "sign-in"), `the provider's sign-in page:\n${page.html}`);
}

/** The module's own logout: the person is signed out there and here, and back where the app wants them. */
export async function logOut({ site, cookies }) {
  const visitor = new Visitor({ cookies, redirects: REDIRECTS });
  const back = `${site}/left`;
  const { arrived } = await visitor.open(`${site}/callback?logout=${encodeURIComponent(back)}`, back);
  assert.ok(arrived, "back at the app");
  return { cookies: visitor.cookies };
}

async function information(visitor, site, more) {
  const page = await visitor.open(`${site}/callback?info=json${more}`);
  assert.equal(page.status, 200, page.html);
  return JSON.parse(page.html);
}
