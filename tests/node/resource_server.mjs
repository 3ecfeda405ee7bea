// An API that validates access tokens by `jose` (RFC 9068, section 4).
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as jose from "jose";
import { Visitor, shows } from "./visitor.mjs";

/** Every API of the demo gets a token of the demo's machine, takes it, and takes nothing that only looks like it. */
export async function validates({ description }) {
  const { issuer, clients, apis } = description.tenants.demo;
  const machine = clients.find((client) => client.client_id === "demo-machine");
  const [first, second] = apis;
  return [await validate(issuer, machine, first, second), await validate(issuer, machine, second, first)];
}

/** An app gets a person's token for an API, which takes it; says what the answer and the token state. */
export async function takesAPersons({ issuer, client, person, audience, scope }) {
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const [redirect_uri] = client.redirect_uris;
  const code_verifier = randomBytes(32).toString("base64url");
  const asked = { response_type: "code", client_id: client.client_id, redirect_uri, scope, resource: audience, state: "s", code_challenge_method: "S256" };
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  const visitor = new Visitor();
  const url = `${metadata.authorization_endpoint}?${new URLSearchParams({ ...asked, code_challenge })}`;
  let page = await visitor.open(url, redirect_uri);
  page = await visitor.submit(page, { username: person.username, password: person.password }, redirect_uri);
  if (shows(page, "consent-allow")) page = await visitor.submit(page, { decision: "allow" }, redirect_uri);
  const code = page.arrived.searchParams.get("code");
  assert.ok(code, page.arrived.href);

  const body = new URLSearchParams({ grant_type: "authorization_code", client_id: client.client_id, redirect_uri, code, code_verifier });
  const response = await fetch(metadata.token_endpoint, { method: "POST", body });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));
  const { payload } = await jose.jwtVerify(answer.access_token, keys, { issuer, audience, typ: "at+jwt", algorithms: ["ES256", "RS256"] });
  assert.equal(payload.scope, answer.scope);
  return { token: answer.access_token, claims: payload };
}

async function validate(issuer, machine, described, other) {
  const { audience, scopes } = described;
  const [scope] = scopes;
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  assert.equal(metadata.issuer, issuer);
  const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));
  const expected = { issuer, audience, typ: "at+jwt", algorithms: ["ES256", "RS256"], requiredClaims: ["exp", "iat", "jti", "sub", "client_id", "scope"] };
  const verify = (token, changes = {}) => jose.jwtVerify(token, keys, { ...expected, ...changes });

  const token = await ownToken(metadata.token_endpoint, machine, audience, scope);
  const { payload, protectedHeader } = await verify(token);
  assert.equal(protectedHeader.alg, described.access_token_signed_response_alg);
  assert.deepEqual([payload.sub, payload.client_id, payload.scope], [`client:${machine.client_id}`, machine.client_id, scope]);

  const refuses = (code, token, changes) => assert.rejects(verify(token, changes), { code });
  await refuses("ERR_JWT_CLAIM_VALIDATION_FAILED", token, { audience: other.audience });
  await refuses("ERR_JWT_CLAIM_VALIDATION_FAILED", token, { issuer: `${issuer}/` });
  await refuses("ERR_JWT_CLAIM_VALIDATION_FAILED", token, { typ: "JWT" });
  await refuses("ERR_JWT_CLAIM_VALIDATION_FAILED", await ownToken(metadata.token_endpoint, machine, other.audience, other.scopes[0]));
  await verify(token, { currentDate: new Date((payload.exp - 1) * 1000) });
  await refuses("ERR_JWT_EXPIRED", token, { currentDate: new Date(payload.exp * 1000) });
  for (const change of [{ scope: "everything" }, { exp: payload.exp + 1 }, { aud: other.audience }]) {
    await refuses("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", withClaims(token, { ...payload, ...change }));
  }
  const [header, claims, signature] = token.split(".");
  await refuses("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", `${header}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`);
  return protectedHeader.alg;
}

async function ownToken(endpoint, machine, resource, scope) {
  const authorization = `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "client_credentials", resource, scope });
  const response = await fetch(endpoint, { method: "POST", headers: { authorization }, body });
  const answer = await response.json();
  assert.deepEqual([response.status, answer.token_type, answer.scope], [200, "Bearer", scope], JSON.stringify(answer));
  return answer.access_token;
}

/** The same header and signature around other claims. */
function withClaims(token, claims) {
  const [header, , signature] = token.split(".");
  return [header, jose.base64url.encode(JSON.stringify(claims)), signature].join(".");
}
