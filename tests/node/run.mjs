// Runs one journey: `node run.mjs <file> <journey>`, with what it needs as JSON on standard input; its answer is printed as JSON.
import { text } from "node:stream/consumers";

const LONGEST = 5 * 60 * 1000;

setTimeout(() => {
  console.error(`not at its end after ${LONGEST / 1000} s`);
  process.exit(1);
}, LONGEST).unref();

const [file, journey] = process.argv.slice(2);
const journeys = await import(`./${file}.mjs`);
const answer = await journeys[journey](JSON.parse(await text(process.stdin)));
console.log(JSON.stringify(answer ?? null));
