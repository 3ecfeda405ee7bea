// What a linter of OpenAPI documents says of the admin API's own.
import { readFile } from "node:fs/promises";
import spectral from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";

const { Spectral } = spectral;

/** Every error and warning of Spectral's rules for OpenAPI, with the place that it is about. */
export async function lints({ path }) {
  const linter = new Spectral();
  // Whom to ask is whoever deployed it, a summary that says all needs no description, and tags stand in the order in which people read.
  linter.setRuleset({ extends: [[oas, "all"]], rules: { "info-contact": "off", "operation-description": "off", "openapi-tags-alphabetical": "off" } });
  const found = await linter.run(JSON.parse(await readFile(path, "utf8")));
  return { rules: Object.keys(linter.ruleset.rules).length, found: found.map(({ code, path, message }) => `${code} at ${path.join("/")}: ${message}`) };
}
