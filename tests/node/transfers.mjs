// A file of people goes in and comes out again by links, past the admin API.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Administrator } from "./admin.mjs";

const BETWEEN_LOOKS = 1000;
const LOOKS_MAX = 150;

/** Imports three people and a row that is none, and exports them again; answers what a link says to whoever changes it. */
export async function bringsAFileInAndOut({ description }) {
  const { issuer, clients, users } = description.tenants.demo;
  const admin = await Administrator.signIn(issuer, clients[0], users[0], `${description.base_url}/admin/v1`);
  const name = `t${randomBytes(6).toString("hex")}`;
  const people = [1, 2, 3].map((number) => ({ username: `${name}-${number}`, email: `${name}-${number}@example.com`, name: `Person ${number}` }));
  const file = Buffer.from(["username,email,name", ...people.map((person) => Object.values(person).join(",")), ",nobody,", ""].join("\n"));

  const asked = await admin.call("POST", "/imports", { format: "csv", bytes: file.length });
  assert.equal(asked.status, 201, JSON.stringify(asked));
  const [part] = asked.body.upload.parts;
  const sent = await fetch(part.url, { method: "PUT", body: file });
  assert.equal(sent.status, 200, await sent.text());
  const below = `/imports/${asked.body.id}`;
  const started = await admin.call("POST", `${below}/start`, undefined, asked.version);
  assert.ok(started.status < 300, JSON.stringify(started));
  const imported = await over(admin, below);
  assert.deepEqual([imported.state, imported.rows, imported.created, imported.refused], ["done", 4, 3, 1], JSON.stringify(imported));
  const { body: results } = await admin.call("GET", `${below}/results`);
  assert.deepEqual(results.items.map((row) => [row.line, row.reason]), [[5, "invalid"]], JSON.stringify(results));

  const wanted = await admin.call("POST", "/exports", { format: "ndjson" });
  assert.equal(wanted.status, 201, JSON.stringify(wanted));
  const exported = await over(admin, `/exports/${wanted.body.id}`);
  assert.equal(exported.state, "done", JSON.stringify(exported));
  const rows = [];
  for (const { url } of exported.download.parts) {
    const fetched = await fetch(url);
    assert.equal(fetched.status, 200);
    rows.push(...(await fetched.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line)));
  }
  const found = rows.filter((row) => row.username?.startsWith(`${name}-`)).sort((one, other) => one.username.localeCompare(other.username));
  assert.deepEqual(found.map(({ username, email, name }) => ({ username, email, name })), people);
  return { tampered: await tampered(exported.download.parts[0].url) };
}

/** The job when it is done or has failed: a schedule takes it up within a minute. */
async function over(admin, below) {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const { body } = await admin.call("GET", below);
    if (["done", "failed", "cancelled"].includes(body.state)) return body;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
  throw new Error(`${below} isn't over`);
}

/** What a link answers for another object than it was given for. */
async function tampered(url) {
  const other = new URL(url);
  other.pathname = other.pathname.replace(/\d+$/, "2");
  return (await fetch(other)).status;
}
