// A person at a browser without a screen: keeps cookies, follows redirects, fills in forms.
import assert from "node:assert/strict";

const REDIRECTS_MAX = 10;
const ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8";

export class Visitor {
  /** `cookies` of an earlier visit make it the same browser; `redirects` are the statuses that are followed, of which this provider has one. */
  constructor({ cookies = [], userAgent = "Visitor/1", redirects = [303] } = {}) {
    this.cookies = cookies;
    this.userAgent = userAgent;
    this.redirects = redirects;
  }

  /** Opens an address; stops before one that begins with `stopAt`, which is the app's. */
  async open(url, stopAt) {
    return this.#follow(new URL(url), { method: "GET" }, stopAt);
  }

  /** Sends the page's form with what the person typed or pressed. */
  async submit(page, typed, stopAt) {
    const { action, fields } = formOf(page);
    const origin = new URL(page.url).origin;
    const body = new URLSearchParams({ ...fields, ...typed });
    const headers = { origin, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };
    return this.#follow(new URL(action, page.url), { method: "POST", headers, body: body.toString() }, stopAt);
  }

  async #follow(url, request, stopAt) {
    for (let redirects = 0; redirects < REDIRECTS_MAX; redirects++) {
      if (stopAt && url.href.startsWith(stopAt)) return { arrived: url };
      const headers = { "user-agent": this.userAgent, accept: ACCEPT, cookie: this.#cookiesFor(url), ...request.headers };
      const answer = await fetch(url, { ...request, headers, redirect: "manual" });
      this.#keep(answer, url);
      if (answer.status < 300 || answer.status > 399) {
        return { status: answer.status, url: url.href, headers: answer.headers, html: await answer.text() };
      }
      await answer.arrayBuffer();
      assert.ok(this.redirects.includes(answer.status), `${answer.status} is no redirect by ${url.pathname}`);
      url = new URL(answer.headers.get("location"), url);
      request = { method: "GET" };
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects, the last to ${url}`);
  }

  #keep(answer, url) {
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(";").map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const attribute = (wanted) => attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.split("=")[1];
      assert.ok(attributes.some((one) => one.toLowerCase() === "httponly"), `${name} is HttpOnly`);
      const path = attribute("path") ?? "/";
      this.cookies = this.cookies.filter((cookie) => cookie.name !== name || cookie.path !== path || cookie.host !== url.hostname);
      if (value && attribute("max-age") !== "0") this.cookies.push({ name, value, path, host: url.hostname });
    }
  }

  #cookiesFor(url) {
    const within = ({ path }) => url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    const sent = this.cookies.filter((cookie) => cookie.host === url.hostname && within(cookie));
    return sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }
}

/** Where a page's only form goes, and its hidden fields. */
export function formOf(page) {
  const forms = page.html.match(/<form\b[^]*?<\/form>/g) ?? [];
  assert.equal(forms.length, 1, `one form on the page ${page.url}:\n${page.html}`);
  const attribute = (tag, name) => decode(tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? "");
  const hidden = forms[0].match(/<input\b[^>]*type="hidden"[^>]*>/g) ?? [];
  const fields = Object.fromEntries(hidden.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]));
  assert.ok(fields.state ?? fields.confirmation ?? fields.link, "the form carries its state");
  return { action: attribute(forms[0], "action"), fields };
}

/** Whether the page has an element with this id. */
export function shows(page, id) {
  return page.html !== undefined && page.html.includes(`id="${id}"`);
}

function decode(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name ? (named[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)),
  );
}
