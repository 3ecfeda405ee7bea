// The code flow by `oauth4webapi`, request by request: discovery, sign-in, userinfo, refresh, introspection, revocation, logout.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { Visitor, shows } from "./visitor.mjs";

const SCOPE = "openid profile email offline_access";
const HTTP = { [oauth.allowInsecureRequests]: true };

/** One confidential app and one person, from discovery to logout. */
export async function wholeCircle({ description, client_id }) {
  const app = await App.discover(description, client_id);
  const visitor = new Visitor();
  const first = await app.signIn(visitor, description.tenants.demo.users[0]);
  const claims = oauth.getValidatedIdTokenClaims(first);
  await app.checkUserinfo(first.access_token, claims.sub);

  const second = await app.refresh(first.refresh_token);
  await app.checkUserinfo(second.access_token, claims.sub);
  assert.equal((await app.introspect(second.access_token)).active, true);

  await app.revoke(second.refresh_token ?? first.refresh_token);
  assert.deepEqual(await app.introspect(second.access_token), { active: false });
  await assert.rejects(app.checkUserinfo(second.access_token, claims.sub), (error) => error.status === 401);

  await app.logOut(visitor, first.id_token);
}

class App {
  static async discover(description, client_id) {
    const issuer = new URL(description.tenants.demo.issuer);
    const response = await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...HTTP });
    const server = await oauth.processDiscoveryResponse(issuer, response);
    return new App(server, description.tenants.demo.clients.find((one) => one.client_id === client_id));
  }

  constructor(server, registered) {
    this.server = server;
    this.client = { client_id: registered.client_id };
    this.authentication = {
      none: () => oauth.None(),
      client_secret_basic: () => oauth.ClientSecretBasic(registered.client_secret),
      client_secret_post: () => oauth.ClientSecretPost(registered.client_secret),
    }[registered.token_endpoint_auth_method]();
    [this.redirectUri] = registered.redirect_uris;
    [this.postLogoutRedirectUri] = registered.post_logout_redirect_uris;
  }

  async signIn(visitor, person) {
    const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
    const url = new URL(this.server.authorization_endpoint);
    const request = {
      client_id: this.client.client_id,
      redirect_uri: this.redirectUri,
      response_type: "code",
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    };
    url.search = new URLSearchParams(request).toString();
    const arrived = await this.#throughPages(visitor, await visitor.open(url, this.redirectUri), person);
    const parameters = oauth.validateAuthResponse(this.server, this.client, arrived, state);
    const response = await oauth.authorizationCodeGrantRequest(
      this.server,
      this.client,
      this.authentication,
      parameters,
      this.redirectUri,
      verifier,
      HTTP,
    );
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(this.server, this.client, response, expected);
    await oauth.validateApplicationLevelSignature(this.server, response, HTTP);
    assert.ok(tokens.refresh_token, "offline_access was granted");
    return tokens;
  }

  async #throughPages(visitor, page, { username, password }) {
    if (shows(page, "sign-in")) page = await visitor.submit(page, { username, password }, this.redirectUri);
    if (shows(page, "consent-allow")) page = await visitor.submit(page, { decision: "allow" }, this.redirectUri);
    assert.ok(page.arrived, `back at the app:\n${page.html}`);
    return page.arrived;
  }

  async checkUserinfo(accessToken, sub) {
    const response = await oauth.userInfoRequest(this.server, this.client, accessToken, HTTP);
    if (!response.ok) throw Object.assign(new Error("userinfo refuses"), { status: response.status });
    const userinfo = await oauth.processUserInfoResponse(this.server, this.client, sub, response);
    assert.ok(userinfo.email && userinfo.preferred_username);
  }

  async refresh(refreshToken) {
    const response = await oauth.refreshTokenGrantRequest(this.server, this.client, this.authentication, refreshToken, HTTP);
    return oauth.processRefreshTokenResponse(this.server, this.client, response);
  }

  async introspect(token) {
    const response = await oauth.introspectionRequest(this.server, this.client, this.authentication, token, HTTP);
    return oauth.processIntrospectionResponse(this.server, this.client, response);
  }

  async revoke(token) {
    await oauth.processRevocationResponse(await oauth.revocationRequest(this.server, this.client, this.authentication, token, HTTP));
  }

  /** By the hint of the ID token the person isn't asked, and is back where the app wants them. */
  async logOut(visitor, idToken) {
    const url = new URL(this.server.end_session_endpoint);
    const request = { id_token_hint: idToken, post_logout_redirect_uri: this.postLogoutRedirectUri, state: "bye" };
    url.search = new URLSearchParams(request).toString();
    const { arrived } = await visitor.open(url, this.postLogoutRedirectUri);
    assert.equal(arrived?.searchParams.get("state"), "bye");
    const silent = new URL(this.server.authorization_endpoint);
    const again = { client_id: this.client.client_id, redirect_uri: this.redirectUri, response_type: "code", scope: "openid", prompt: "none" };
    const challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier());
    silent.search = new URLSearchParams({ ...again, code_challenge: challenge, code_challenge_method: "S256" }).toString();
    const page = await visitor.open(silent, this.redirectUri);
    assert.equal(page.arrived.searchParams.get("error"), "login_required");
  }
}
