// An administrator's script: from a tenant with nothing of its own to a person's token for a new API, by documented calls alone.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as jose from "jose";
import { takesAPersons } from "./resource_server.mjs";
import { Visitor, shows } from "./visitor.mjs";

const REDIRECT_URI = "http://127.0.0.1:1/callback";
const CHOSEN = "twelve quiet lanterns drift";

/** Registers an API, an app and a person, who signs in to the app; says what the token states, and what is gone afterwards. */
export async function administers({ description }) {
  const { issuer, clients, users } = description.tenants.demo;
  const name = `n${randomBytes(6).toString("hex")}`;
  const admin = await Administrator.signIn(issuer, clients[0], users[0], `${description.base_url}/admin/v1`);
  const tenant = await admin.call("GET", "");
  assert.equal(tenant.body.issuer, issuer);

  const audience = `https://${name}.api.example`;
  const api = await admin.call("POST", "/apis", { audience, settings: { name, scopes: ["read", "write"] } });
  const settings = { name, type: "web", redirect_uris: [REDIRECT_URI], consent: "implied" };
  const app = await admin.call("POST", "/apps", { settings });
  const person = { username: name, email: `${name}@example.com`, email_verified: true, temporary_password: true };
  const user = await admin.call("POST", "/users", person);
  assert.deepEqual([api.status, app.status, user.status], [201, 201, 201], JSON.stringify([api, app, user]));
  const found = await admin.until(`/users?username=${name}`, (page) => page.items.length === 1);
  assert.equal(found.items[0].id, user.body.id);
  const group = await admin.opensBy(name, api.body.id, user.body.id);

  await signsIn(app.body, { username: name, password: user.body.temporary_password }, audience);
  const token = await becomesEditor(app.body, { username: name, password: CHOSEN }, audience);
  const own = await machines(admin, name, audience);
  const history = await admin.call("GET", `/users/${user.body.id}/history`);
  const kinds = history.body.items.map((event) => event.type);
  assert.ok(["user.created", "session.started", "password.changed"].every((kind) => kinds.includes(kind)), kinds.join());
  return { ...own, ...token, issuer, audience, group: name, role: name, ...(await admin.takesAllAway(group, app, api, user)) };
}

/** An administrator at the demo tenant's admin API. */
export class Administrator {
  static async signIn(issuer, client, person, audience) {
    const { token } = await takesAPersons({ issuer, client, person, audience, scope: "openid admin" });
    return Object.assign(new Administrator(), { base: `${audience}/tenants/demo`, token });
  }

  async call(method, below, body, version) {
    const headers = { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (version !== undefined) headers["if-match"] = version;
    const answer = await fetch(`${this.base}${below}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, version: answer.headers.get("etag"), body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Makes a role that opens a scope, and a group that has it, of which somebody is. */
  async opensBy(name, api, user) {
    assert.equal((await this.call("PUT", `/roles/${name}`, undefined, await this.version("/roles"))).status, 204);
    const group = await this.call("POST", "/groups", { name, roles: [name] }, await this.version("/groups"));
    const bound = await this.call("PUT", `/apis/${api}/scope-roles`, { write: [name] }, await this.version(`/apis/${api}/scope-roles`));
    const member = await this.call("PATCH", `/users/${user}`, { groups: [group.body.id] }, await this.version(`/users/${user}`));
    assert.deepEqual([group.status, bound.status, member.status], [201, 204, 200], JSON.stringify([group, bound, member]));
    return group;
  }

  /** Locks the person out, and takes away what was made; what is left of it. */
  async takesAllAway({ body: group }, { body: app }, { body: api }, { body: user }) {
    const locked = await this.call("POST", `/users/${user.id}/disable`, undefined, await this.version(`/users/${user.id}`));
    assert.equal(locked.status, 204);
    for (const below of [`/users/${user.id}`, `/apps/${app.client_id}`, `/apis/${api.id}`, `/groups/${group.id}`]) {
      const gone = await this.call("DELETE", below, undefined, await this.version(below));
      assert.deepEqual([gone.status, (await this.call("GET", below)).status], [204, 404], below);
    }
    const refused = await fetch(this.base);
    return { without: refused.status, problem: (await refused.json()).type };
  }

  async version(below) {
    return (await this.call("GET", below)).version;
  }

  /** A list may be a moment behind. */
  async until(below, holds) {
    for (let tries = 0; tries < 50; tries++) {
      const { body } = await this.call("GET", below);
      if (holds(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${below} doesn't become so`);
  }
}

/** Functions that are warm learn of a new role within a minute. */
async function becomesEditor(app, person, audience) {
  for (let tries = 0; tries < 20; tries++) {
    const { token, payload } = await signsIn(app, person, audience);
    if (payload.roles?.length === 1 && payload.scope === "read write") return { token, scope: "write" };
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
  throw new Error("the role opens nothing");
}

/** A machine app that is granted a scope gets a token for itself. */
async function machines(admin, name, audience) {
  const settings = { name: `${name} machine`, type: "machine", apis: { [audience]: ["read"] } };
  const made = await admin.call("POST", "/apps", { settings });
  assert.equal(made.status, 201, JSON.stringify(made));
  const { client_id, client_secret, configuration } = made.body;
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "client_credentials", resource: audience, scope: "read" });
  const metadata = await (await fetch(configuration.discovery)).json();
  const answer = await (await fetch(metadata.token_endpoint, { method: "POST", headers: { authorization }, body })).json();
  const gone = await admin.call("DELETE", `/apps/${client_id}`, undefined, made.version);
  assert.equal(gone.status, 204);
  return { own_token: answer.access_token };
}

/** Signs in, with a temporary password by choosing another one, and gets a token for the API, which `jose` reads. */
async function signsIn({ client_id, client_secret, configuration }, person, audience) {
  const metadata = await (await fetch(configuration.discovery)).json();
  const code_verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  const asked = { response_type: "code", client_id, redirect_uri: REDIRECT_URI, scope: "openid groups roles read write", resource: audience, code_challenge_method: "S256" };
  const visitor = new Visitor();
  let page = await visitor.open(`${metadata.authorization_endpoint}?${new URLSearchParams({ ...asked, code_challenge })}`, REDIRECT_URI);
  page = await visitor.submit(page, person, REDIRECT_URI);
  if (person.password !== CHOSEN) {
    assert.ok(shows(page, "password"), `a page that asks for another password:\n${page.html}`);
    page = await visitor.submit(page, { password: CHOSEN }, REDIRECT_URI);
  }
  const code = page.arrived?.searchParams.get("code");
  assert.ok(code, page.html ?? page.arrived.href);
  const body = new URLSearchParams({ grant_type: "authorization_code", redirect_uri: REDIRECT_URI, code, code_verifier });
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}`;
  const response = await fetch(metadata.token_endpoint, { method: "POST", headers: { authorization }, body });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));
  const { payload } = await jose.jwtVerify(answer.access_token, keys, { issuer: configuration.issuer, audience, typ: "at+jwt" });
  return { token: answer.access_token, payload };
}
