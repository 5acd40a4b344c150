import { Element, happen, isSelected } from "./fake_dom.js";

// As much of jQuery as the scripts use, for the elements of fake_dom.js.

// What $() returns.
class Found extends Array {
  static get [Symbol.species]() {
    return Array;
  }

  static of(elements) {
    const found = new Found();
    found.push(...new Set(elements));
    return found;
  }

  get() {
    return [...this];
  }
  each(action) {
    this.forEach((element, place) => action(place, element));
    return this;
  }
  find(selector) {
    return Found.of(this.flatMap(({ descendants }) => descendants).filter((one) => this.#has(one, selector)));
  }
  children(selector = "*") {
    return Found.of(this.flatMap(({ children }) => children).filter((one) => selector === "*" || one.matches(selector)));
  }
  filter(condition) {
    return Found.of(this.get().filter((element, place) => condition(place, element)));
  }
  closest(selector) {
    return Found.of(this.map((element) => element.closest(selector)).filter(Boolean));
  }
  nextAll(selector) {
    const after = ({ nextElementSibling: next }) => (next ? [next, ...after(next)] : []);
    return Found.of(this.flatMap(after).filter((one) => one.matches(selector)));
  }
  last() {
    return Found.of(this.slice(-1));
  }

  text(value) {
    if (value === undefined) return this.map(({ textContent }) => textContent).join("");
    return this.each((_, element) => (element.textContent = value));
  }
  attr(name, value) {
    if (typeof name === "object") Object.entries(name).forEach((pair) => this.attr(...pair));
    else if (value === undefined) return this[0]?.attributes.get(name);
    else this.each((_, { attributes }) => attributes.set(name, `${value}`));
    return this;
  }
  removeAttr(name) {
    return this.each((_, { attributes }) => attributes.delete(name));
  }
  prop(name, value) {
    return this.each((_, element) => (element[name] = value));
  }
  toggleClass(name, isWanted) {
    return this.each((_, { classList }) => classList.toggle(name, isWanted));
  }
  addClass(name) {
    return this.toggleClass(name, true);
  }
  removeClass(name) {
    return this.toggleClass(name, false);
  }

  append(added) {
    const nodes = added instanceof Found ? added : added.tag === "template" ? added.nodes : [added];
    this[0].append(...nodes);
    return this;
  }
  appendTo($list) {
    $list.append(this);
    return this;
  }
  insertBefore(element) {
    element.before(...this);
    return this;
  }
  remove() {
    return this.each((_, element) => element.remove());
  }

  on(names, ...rest) {
    const [selector, listener] = rest.length === 2 ? rest : [null, rest[0]];
    names.split(" ").forEach((name) => this.each((_, { listeners }) => listeners.push({ name, selector, listener })));
    return this;
  }
  trigger(name) {
    this.get().forEach((element) => happen(element, name));
    return this;
  }

  #has(element, selector) {
    return this.some((scope) => isSelected(element, selector, scope));
  }
}

export const $ = (what) => {
  if (typeof what === "string") return Found.of(document.body.descendants.filter((one) => one.matches(what)));
  return Found.of(what instanceof Element ? [what] : (what ?? []));
};
