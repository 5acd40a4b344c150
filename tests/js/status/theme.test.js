import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeDocument } from "../fakes.js";
import { connectTheme } from "../../../static/chat/status/theme.js";

// A page. `cookies` are those of its browser.
function pageWith(cookies, path) {
  const document = fakeDocument();
  document.documentElement = { dataset: {} };
  Object.defineProperty(document, "cookie", {
    get: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    set(text) {
      const [, name, value, age] = /^(\w+)=(\w*); path=\/[\w/]*; max-age=(\d+); SameSite=Lax$/.exec(text);
      if (age === "0") cookies.delete(name);
      else cookies.set(name, value);
    },
  });
  const select = { value: "", addEventListener: (_, action) => (select.changed = action) };
  const metas = ["light", "dark"].map((theme) => ({ dataset: { theme } }));
  connectTheme(document, select, metas, path);
  return {
    document,
    select,
    bars: () => metas.map(({ media }) => media),
    shown: () => document.documentElement.dataset.theme,
    choose(theme) {
      select.value = theme;
      select.changed();
    },
  };
}

test("a choice works at once and on the next page, and can be reset", () => {
  const cookies = new Map([["sessionid", "x"]]);
  const page = pageWith(cookies);
  assert.equal(page.shown(), undefined);
  page.choose("dark");
  assert.equal(page.shown(), "dark");
  const next = pageWith(cookies);
  assert.deepEqual([next.shown(), next.select.value], ["dark", "dark"]);
  next.choose("");
  assert.equal(next.shown(), undefined);
  assert.deepEqual([...cookies.keys()], ["sessionid"]);
});

test("another tab follows when somebody looks at it", () => {
  const cookies = new Map();
  const [here, there] = [pageWith(cookies), pageWith(cookies)];
  here.choose("light");
  there.document.turn("hidden");
  there.document.turn("visible");
  assert.deepEqual([there.shown(), there.select.value], ["light", "light"]);
});

test("a cookie with an unknown theme does not count", () => {
  const page = pageWith(new Map([["theme", "pink"]]));
  assert.deepEqual([page.shown(), page.select.value], [undefined, ""]);
});

test("a tab that goes out of sight does not look at the cookie", () => {
  const cookies = new Map();
  const [here, there] = [pageWith(cookies), pageWith(cookies)];
  here.choose("dark");
  there.document.turn("hidden");
  assert.equal(there.shown(), undefined);
});

test("the browser's own bar follows the choice, and without one the device", () => {
  const page = pageWith(new Map([["theme", "light"]]));
  assert.deepEqual(page.bars(), ["all", "not all"]);
  page.choose("dark");
  assert.deepEqual(page.bars(), ["not all", "all"]);
  page.choose("");
  assert.deepEqual(page.bars(), ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]);
});

test("below a prefix, the choice is not in the cookie that the rest of the site may have", () => {
  const cookies = new Map([["theme", "dark"]]);
  const page = pageWith(cookies, "/community/chat/");
  assert.equal(page.shown(), undefined);
  page.choose("light");
  assert.deepEqual([...cookies], [
    ["theme", "dark"],
    ["chat_theme", "light"],
  ]);
});
