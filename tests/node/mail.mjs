// The mail "new sign-in from a new browser", from the person's side: it comes once, and not for a browser that is known.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { signInOnly } from "./openid_client.mjs";

const POLLS_MAX = 240;
const BETWEEN_POLLS = 250;

export async function newBrowser({ description, client_id }) {
  const person = description.tenants.demo.users[0];
  const userAgent = `Journey/${randomUUID()}`;
  const first = await signInOnly({ description, client_id, userAgent });
  assert.equal(first.asked[0], "password");
  const mail = await mailAbout(description, userAgent);
  assert.equal(mail.to, person.email);
  assert.ok(mail.subject && Array.isArray(mail.links));

  // The same browser when its session is over, and after it a stranger, whose mail shows that there was time for another.
  const withoutSession = first.cookies.filter(({ name }) => !name.endsWith("cs-session"));
  const second = await signInOnly({ description, client_id, userAgent, cookies: withoutSession });
  assert.equal(second.asked[0], "password");
  const stranger = `Journey/${randomUUID()}`;
  await signInOnly({ description, client_id, userAgent: stranger });
  await mailAbout(description, stranger);
  assert.equal((await mailsAbout(description, userAgent)).length, 1, "a browser that is known is not reported");
}

/** The first mail that fits, as soon as there is one. */
export async function mailThat(inboxUrl, fits) {
  for (let poll = 0; poll < POLLS_MAX; poll++) {
    const [mail] = await mailsThat(inboxUrl, fits);
    if (mail) return mail;
    await pause(BETWEEN_POLLS);
  }
  throw new Error(`no such mail within ${(POLLS_MAX * BETWEEN_POLLS) / 1000} s`);
}

async function mailsThat(inboxUrl, fits) {
  const answer = await fetch(`${inboxUrl}?format=json`);
  assert.equal(answer.status, 200, inboxUrl);
  return (await answer.json()).filter(fits);
}

function mailAbout({ inbox_url }, userAgent) {
  return mailThat(inbox_url, ({ text }) => text.includes(userAgent));
}

function mailsAbout({ inbox_url }, userAgent) {
  return mailsThat(inbox_url, ({ text }) => text.includes(userAgent));
}
