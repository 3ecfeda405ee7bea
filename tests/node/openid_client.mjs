// The code flow by `openid-client`, a certified relying party: it verifies what it gets, so that reaching the end proves the answers.
import assert from "node:assert/strict";
import * as oidc from "openid-client";
import { Visitor, shows } from "./visitor.mjs";

const SCOPE = "openid profile email offline_access";

/** Wrong password, deny, allow, tokens, userinfo, live session, replay, refresh, logout: everything that one app and one person can do. */
export async function wholeCircle({ description, client_id, consent_given, id_token_alg }) {
  const app = await App.discover(description, client_id);
  const person = description.tenants.demo.users[0];
  const visitor = new Visitor();

  let page = await visitor.open((await app.begin()).url, app.redirectUri);
  assert.ok(shows(page, "username") && shows(page, "password") && shows(page, "sign-in"), `a sign-in page:\n${page.html}`);
  page = await wrongPassword(visitor, page, person);
  if (!consent_given) {
    await deny(visitor, page, person, app);
    page = undefined;
  }

  const attempt = await app.begin();
  page = await visitor.open(attempt.url, app.redirectUri);
  if (shows(page, "sign-in")) page = await signIn(visitor, page, person, app);
  assert.equal(shows(page, "consent-allow"), !consent_given, "the consent page is shown when consent was never given, and only then");
  if (!consent_given) page = await visitor.submit(page, { decision: "allow" }, app.redirectUri);
  const tokens = await app.redeem(attempt, page.arrived);
  assert.equal(header(tokens.id_token).alg, id_token_alg);
  assert.equal(header(tokens.access_token).typ, "at+jwt");
  await checkPerson(app, tokens, person);

  await liveSession(visitor, app);
  await replay(app, attempt, page.arrived, tokens);
  await logOut(visitor, app, await refresh(visitor, app));
}

/** Signs in by way of an app and consents where asked; answers the browser's cookies and what it was asked. */
export async function visit({ description, client_id, cookies }) {
  const app = await App.discover(description, client_id);
  const visitor = new Visitor({ cookies });
  const attempt = await app.begin();
  const asked = [];
  let page = await visitor.open(attempt.url, app.redirectUri);
  if (shows(page, "sign-in")) {
    asked.push("password");
    page = await signIn(visitor, page, description.tenants.demo.users[0], app);
  }
  if (shows(page, "consent-allow")) {
    asked.push("consent");
    page = await visitor.submit(page, { decision: "allow" }, app.redirectUri);
  }
  const tokens = await app.redeem(attempt, page.arrived);
  await checkPerson(app, tokens, description.tenants.demo.users[0]);
  return { asked, cookies: visitor.cookies, sub: tokens.claims().sub };
}

/** Signs in by way of an app and leaves before deciding anything; answers the browser's cookies and what it was asked. */
export async function signInOnly({ description, client_id, cookies, userAgent }) {
  const app = await App.discover(description, client_id);
  const visitor = new Visitor({ cookies, userAgent });
  const page = await visitor.open((await app.begin()).url, app.redirectUri);
  if (!shows(page, "sign-in")) return { asked: [], cookies: visitor.cookies };
  const next = await signIn(visitor, page, description.tenants.demo.users[0], app);
  assert.ok(next.arrived || shows(next, "consent-allow"), `signed in:\n${next.html}`);
  return { asked: ["password"], cookies: visitor.cookies };
}

class App {
  static async discover(description, client_id) {
    const { issuer, clients } = description.tenants.demo;
    const client = clients.find((one) => one.client_id === client_id);
    const authentication = {
      none: () => oidc.None(),
      client_secret_basic: () => oidc.ClientSecretBasic(client.client_secret),
      client_secret_post: () => oidc.ClientSecretPost(client.client_secret),
    }[client.token_endpoint_auth_method]();
    const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
    const configuration = await oidc.discovery(new URL(issuer), client_id, undefined, authentication, { execute });
    assert.equal(configuration.serverMetadata().issuer, issuer);
    assert.equal(configuration.serverMetadata().authorization_response_iss_parameter_supported, true);
    return new App(configuration, client);
  }

  constructor(configuration, client) {
    this.configuration = configuration;
    [this.redirectUri] = client.redirect_uris;
    [this.postLogoutRedirectUri] = client.post_logout_redirect_uris;
  }

  async begin(more = {}) {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.redirectUri,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...more,
    });
    return { url, verifier, state, nonce };
  }

  async redeem({ verifier, state, nonce }, arrived) {
    assert.ok(arrived, "the browser is back at the app");
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    return oidc.authorizationCodeGrant(this.configuration, arrived, checks);
  }
}

/** By address, which is as good as the name. */
async function signIn(visitor, page, { email, password }, app) {
  return visitor.submit(page, { username: email, password }, app.redirectUri);
}

/** The same form again, with what is wrong and the name that was typed; the password is not repeated. */
async function wrongPassword(visitor, page, { email }) {
  const again = await visitor.submit(page, { username: email, password: "not-the-password" });
  assert.equal(again.status, 403);
  assert.ok(shows(again, "problem") && shows(again, "password"), `a problem and the form:\n${again.html}`);
  assert.ok(again.html.includes(`value="${email}"`) && !again.html.includes("not-the-password"));
  return again;
}

/** The app is told so, by an answer of the right issuer (RFC 6749 §4.1.2.1, RFC 9207 §2). */
async function deny(visitor, signInPage, person, app) {
  // The state of the page that is open belongs to the attempt that it was opened for.
  const consent = await signIn(visitor, signInPage, person, app);
  assert.ok(shows(consent, "consent-allow") && shows(consent, "consent-deny"), `a consent page:\n${consent.html}`);
  const { arrived } = await visitor.submit(consent, { decision: "deny" }, app.redirectUri);
  assert.equal(arrived.searchParams.get("error"), "access_denied");
  assert.equal(arrived.searchParams.get("iss"), app.configuration.serverMetadata().issuer);
  assert.equal(arrived.searchParams.get("code"), null);
}

async function checkPerson(app, tokens, person) {
  const claims = tokens.claims();
  assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 3600, "auth_time is when the person signed in");
  const userinfo = await oidc.fetchUserInfo(app.configuration, tokens.access_token, claims.sub);
  assert.equal(userinfo.email, person.email);
  assert.equal(userinfo.preferred_username, person.username);
}

/** A browser with a live session goes straight back to the app. */
async function liveSession(visitor, app) {
  const attempt = await app.begin();
  const { arrived } = await visitor.open(attempt.url, app.redirectUri);
  assert.ok(arrived, "no page is shown to somebody who is signed in and has consented");
  await app.redeem(attempt, arrived);
}

/** A code redeemed twice is refused, and kills what the first redemption made (RFC 6749 §4.1.2). */
async function replay(app, attempt, arrived, tokens) {
  await assert.rejects(app.redeem(attempt, arrived), (error) => error.error === "invalid_grant");
  await assert.rejects(oidc.fetchUserInfo(app.configuration, tokens.access_token, tokens.claims().sub), (error) => error.status === 401);
}

/** New tokens of the same sign-in, good at userinfo; answers them. */
async function refresh(visitor, app) {
  const attempt = await app.begin();
  const first = await app.redeem(attempt, (await visitor.open(attempt.url, app.redirectUri)).arrived);
  assert.ok(first.refresh_token, "offline_access was granted");
  const second = await oidc.refreshTokenGrant(app.configuration, first.refresh_token);
  assert.notEqual(second.access_token, first.access_token);
  assert.equal(second.claims().auth_time, first.claims().auth_time);
  await oidc.fetchUserInfo(app.configuration, second.access_token, first.claims().sub);
  return second;
}

/** By the hint of the ID token the person isn't asked, is back where the app wants them, and signed in no more. */
async function logOut(visitor, app, tokens) {
  const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: app.postLogoutRedirectUri, state: "bye" };
  const { arrived } = await visitor.open(oidc.buildEndSessionUrl(app.configuration, request), app.postLogoutRedirectUri);
  assert.equal(arrived?.searchParams.get("state"), "bye");
  const again = await visitor.open((await app.begin({ prompt: "none" })).url, app.redirectUri);
  assert.equal(again.arrived.searchParams.get("error"), "login_required");
}

function header(jwt) {
  return JSON.parse(Buffer.from(jwt.split(".")[0], "base64url"));
}
