import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createAuthorKey } from "../../../static/chat/room/author_key.js";

const NAME = "chat author key";
let made = 0;

const newKey = () => `a-secret-of-ours-${(made += 1)}`;
const keyIn = (storage) => createAuthorKey({ storage: createSafeStorage(() => storage), newKey });

test("a browser makes one secret, and all its pages use it", () => {
  const storage = fakeStorage();
  const first = keyIn(storage);
  const later = keyIn(storage);
  assert.equal(first.get(), storage.getItem(NAME));
  assert.equal(later.get(), first.get());
  assert.deepEqual([first.isNew(), later.isNew()], [true, false]);
});

test("the secret is one that the server takes", () => {
  const { get } = createAuthorKey({ storage: createSafeStorage(fakeStorage) });
  assert.match(get(), /^[!-~]{16,64}$/);
});

test("two tabs that start at once end with the same secret", () => {
  const storage = fakeStorage();
  const [one, two] = [keyIn(storage), keyIn(storage)];
  one.get();
  storage.removeItem(NAME); // the other tab has not seen it yet
  const later = two.get();
  assert.deepEqual([one.get(), two.get()], [later, later]);
  assert.deepEqual([one.isNew(), two.isNew()], [false, true]);
});

test("without a storage each page has its own, and keeps it", () => {
  const full = Object.assign(fakeStorage(), { full: true });
  const [one, two] = [keyIn(full), keyIn(full)];
  assert.equal(one.get(), one.get());
  assert.notEqual(one.get(), two.get());
  assert.ok(one.isNew());
});

test("something that is no secret is replaced, and an emptied storage gets the same one again", () => {
  const storage = fakeStorage();
  for (const broken of ["", "short", "x".repeat(65), "has some spaces in it"]) {
    storage.setItem(NAME, broken);
    const key = keyIn(storage);
    assert.equal(key.get(), storage.getItem(NAME));
    assert.notEqual(key.get(), broken);
  }
  const key = keyIn(storage);
  const before = key.get();
  storage.clear();
  assert.equal(key.get(), before);
  assert.equal(storage.getItem(NAME), before);
});

test("a storage event concerns the secret if it names it, or if somebody emptied the storage", () => {
  const { isAbout } = keyIn(fakeStorage());
  assert.deepEqual([NAME, null, "chat draft"].map((key) => isAbout({ key })), [true, true, false]);
});
