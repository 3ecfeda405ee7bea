// An API that validates access tokens by `jose` (RFC 9068, section 4).
import assert from "node:assert/strict";
import * as jose from "jose";

/** Every API of the demo gets a token of the demo's machine, takes it, and takes nothing that only looks like it. */
export async function validates({ description }) {
  const { issuer, clients, apis } = description.tenants.demo;
  const machine = clients.find((client) => client.client_id === "demo-machine");
  const [first, second] = apis;
  return [await validate(issuer, machine, first, second), await validate(issuer, machine, second, first)];
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
