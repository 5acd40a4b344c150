// The elements of a page for tests that run without a browser. They have no style and no layout.

const VOID = ["input"]; // elements without an end tag

export class Element {
  constructor(tag) {
    Object.assign(this, { tag, attributes: new Map(), nodes: [], parent: null, listeners: [] });
  }

  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }
  get firstChild() {
    return this.nodes[0] ?? null;
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  get nextElementSibling() {
    return this.#sibling(1);
  }
  get previousElementSibling() {
    return this.#sibling(-1);
  }
  get descendants() {
    return this.children.flatMap((child) => [child, ...child.descendants]);
  }
  get isConnected() {
    return this.ancestors.includes(document.body);
  }
  get ancestors() {
    return this.parent ? [this.parent, ...this.parent.ancestors] : [];
  }
  get textContent() {
    return this.nodes.map((node) => (node instanceof Element ? node.textContent : node.text)).join("");
  }
  set textContent(text) {
    this.replaceChildren(`${text}`);
  }

  get dataset() {
    return new Proxy(this, {
      get: (_, name) => this.attributes.get(`data-${name}`),
      set: (_, name, value) => Boolean(this.attributes.set(`data-${name}`, `${value}`)),
    });
  }
  get classList() {
    const names = new Set((this.attributes.get("class") ?? "").split(" ").filter(Boolean));
    const keep = () => this.attributes.set("class", [...names].join(" "));
    return {
      contains: (name) => names.has(name),
      toggle: (name, isWanted = !names.has(name)) => (isWanted ? names.add(name) : names.delete(name), keep()),
    };
  }
  get hidden() {
    return this.attributes.has("hidden");
  }
  set hidden(value) {
    if (value) this.attributes.set("hidden", "");
    else this.attributes.delete("hidden");
  }
  get dateTime() {
    return this.attributes.get("datetime");
  }
  get href() {
    return new URL(this.attributes.get("href"), location).href;
  }
  set href(address) {
    this.attributes.set("href", address);
  }
  get origin() {
    return new URL(this.href).origin;
  }
  get search() {
    return new URL(this.href).search;
  }
  set search(query) {
    const url = new URL(this.href);
    url.search = query;
    this.href = url.href;
  }
  get form() {
    return this.closest("form");
  }
  get content() {
    return this; // of a <template>
  }

  append(...nodes) {
    this.#put(this.nodes.length, nodes);
  }
  before(...nodes) {
    this.parent.#put(this.parent.nodes.indexOf(this), nodes);
  }
  replaceChildren(...nodes) {
    this.nodes.forEach((node) => (node.parent = null));
    this.nodes = [];
    this.append(...nodes);
  }
  remove() {
    if (this.contains(document.activeElement)) document.activeElement = document.body;
    if (this.parent) this.parent.nodes = this.parent.nodes.filter((node) => node !== this);
    this.parent = null;
  }
  cloneNode(isDeep) {
    const clone = new Element(this.tag);
    clone.attributes = new Map(this.attributes);
    const nodes = isDeep ? this.nodes : [];
    clone.append(...nodes.map((node) => (node instanceof Element ? node.cloneNode(true) : node.text)));
    return clone;
  }

  contains(other) {
    return this === other || this.descendants.includes(other);
  }
  matches(selector) {
    return isSelected(this, selector);
  }
  closest(selector) {
    return [this, ...this.ancestors].find((element) => element.matches(selector)) ?? null;
  }
  querySelector(selector) {
    return this.descendants.find((element) => element.matches(selector)) ?? null;
  }
  addEventListener(name, listener) {
    this.listeners.push({ name, listener });
  }
  scrollIntoView() {}
  focus() {
    happen(this, "focus");
  }

  #sibling(step) {
    const all = this.parent?.children ?? [];
    return all[all.indexOf(this) + step] ?? null;
  }
  #put(place, added) {
    for (const item of added) {
      const node = typeof item === "string" ? { text: item } : item;
      if (node instanceof Element) {
        const before = this.nodes.indexOf(node);
        if (before !== -1 && before < place) place -= 1;
        node.remove();
      }
      node.parent = this;
      this.nodes.splice(place++, 0, node);
    }
  }
}

// scope: where a selector that begins with ">" starts.
export function isSelected(element, selector, scope = null) {
  return selector.split(",").some((one) => ends(element, one.trim().split(" "), scope));
}

function ends(element, steps, scope) {
  if (!isOne(element, steps.at(-1))) return false;
  const above = steps.slice(0, -1);
  if (above.length === 0) return true;
  if (above.at(-1) !== ">") return element.ancestors.some((ancestor) => ends(ancestor, above, scope));
  return above.length === 1 ? element.parent === scope : ends(element.parent, above.slice(0, -1), scope);
}

function isOne(element, step) {
  const parts = step.match(/[.#:]?[\w-]+|\[[^\]]+\]/g);
  return parts.every((part) => {
    if (part === ":focus") return element === document.activeElement;
    if (part[0] === ".") return element.classList.contains(part.slice(1));
    if (part[0] === "#") return element.attributes.get("id") === part.slice(1);
    if (part[0] !== "[") return element.tag === part;
    const [, name, value] = /\[([\w-]+)(?:="(.*)")?\]/.exec(part);
    return element.attributes.has(name) && (value === undefined || element.attributes.get(name) === value);
  });
}

// Something happens to an element: somebody clicks on it or presses a key. The elements around it hear of it too.
export function happen(element, name, details = {}) {
  const event = { target: element, isPrevented: false, preventDefault: () => (event.isPrevented = true), ...details };
  if (name === "focus" && element.isConnected) document.activeElement = element;
  const path = [element, ...element.ancestors];
  for (const [place, current] of path.entries())
    for (const { name: wanted, selector = null, listener } of [...current.listeners]) {
      if (wanted !== name) continue;
      const inside = path.slice(0, place);
      const targets = selector === null ? [current] : inside.filter((one) => one.matches(selector));
      targets.forEach((currentTarget) => listener({ ...event, currentTarget }));
    }
  return event;
}

export function click(element, details) {
  return happen(element, "click", details);
}

// Returns the elements of a piece of HTML.
export function elementsOf(html) {
  const root = new Element("template");
  let open = root;
  for (const [, slash, tag, attributes, text] of html.matchAll(/<(\/?)(\w+)([^>]*)>|([^<]+)/g)) {
    if (text !== undefined) open.append(text);
    else if (slash) open = open.parent;
    else {
      const element = new Element(tag);
      const found = attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
      for (const [, name, value = ""] of found) element.attributes.set(name, value);
      open.append(element);
      if (!VOID.includes(tag)) open = element;
    }
  }
  return root;
}
