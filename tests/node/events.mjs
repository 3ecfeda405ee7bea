// Hands the events of `events/` to the deployed functions, as their triggers do, and collects what they answer.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Answers each event's status, or what else its function says, by the event's name. */
export async function invokeAll({ endpoint, folder, path_prefix }) {
  const names = await functionNames(endpoint);
  const answers = {};
  for (const file of readdirSync(folder).sort()) {
    const event = JSON.parse(readFileSync(join(folder, file), "utf8"));
    // The admin API is no tenant's: its path is whole.
    if (event.rawPath && !event.rawPath.startsWith("/admin/")) event.rawPath = event.requestContext.http.path = `${path_prefix}${event.rawPath}`;
    const answer = await invoke(endpoint, names[file.split(".")[0]], event);
    answers[file.replace(/\.json$/, "")] = answer?.statusCode ?? answer;
  }
  return answers;
}

/** The deployed names by folder: `countersign-eu-SignInFunction-…` is `sign-in`. */
async function functionNames(endpoint) {
  const { Functions } = await (await fetch(`${endpoint}/2015-03-31/functions/`)).json();
  const folder = (name) => name.match(/-(\w+)Function/)[1].replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
  return Object.fromEntries(Functions.map(({ FunctionName }) => [folder(FunctionName), FunctionName]));
}

async function invoke(endpoint, name, event) {
  assert.ok(name, "each event is named after a function that is deployed");
  const answer = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, { method: "POST", body: JSON.stringify(event) });
  const body = await answer.text();
  assert.equal(answer.headers.get("x-amz-function-error"), null, `${name}: ${body}`);
  return body ? JSON.parse(body) : null;
}
