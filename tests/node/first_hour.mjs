// A reader of the first hour: a shell that runs its blocks, and a browser without a screen that does what the shell asks for.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Visitor, shows } from "./visitor.mjs";

const OWNERS = "seven purple lanterns drift";
const ADAS = "twelve quiet kettles hum";
const CALLBACK = "http://127.0.0.1:49152/callback";
// Says at the end what the page's own functions read.
const TELL = `echo "Told $(jq -cn '$ARGS.named' --argjson id_token "$(claims id_token)" --argjson access_token "$(claims access_token)")"`;

/** Owns the platform by the link and follows the page; what the tokens state, and what happened by then. */
export async function follows({ script, base_url, link, email }) {
  const owner = new Visitor();
  const welcome = await owner.submit(await owner.open(link), { password: OWNERS });
  assert.equal(welcome.status, 200, welcome.html);
  let next = { visitor: owner, username: email, password: OWNERS };
  const shell = spawn("bash", ["-c", `set -euo pipefail\n${script}\n${TELL}`], { env: { PATH: process.env.PATH, BASE: base_url }, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => shell.on("close", resolve));
  const said = [];
  for await (const line of createInterface(shell.stdout)) {
    said.push(line);
    const password = line.match(/^Sign in as ada with (\S+)$/)?.[1];
    if (password) next = { visitor: new Visitor(), username: "ada", password };
    const url = line.match(/^Open (http\S+)$/)?.[1];
    if (url) shell.stdin.write(`${await signsIn(url, next)}\n`);
  }
  assert.equal(await ended, 0, said.join("\n"));
  const told = said.find((line) => line.startsWith("Told ")).slice("Told ".length);
  const happened = said.flatMap((line) => line.match(/^\d{4}-\d\d-\d\dT\S+ ([a-z_.]+)$/)?.[1] ?? []);
  return { ...JSON.parse(told), happened };
}

/** Does what each page asks for; where the browser is then. */
async function signsIn(url, { visitor, username, password }) {
  let page = await visitor.submit(await visitor.open(url, CALLBACK), { username, password }, CALLBACK);
  if (!page.arrived && shows(page, "password")) page = await visitor.submit(page, { password: ADAS }, CALLBACK);
  if (!page.arrived && shows(page, "consent-allow")) page = await visitor.submit(page, { decision: "allow" }, CALLBACK);
  assert.ok(page.arrived, page.html);
  return page.arrived.href;
}
