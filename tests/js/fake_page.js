import { readFileSync } from "node:fs";
import { Element, elementsOf } from "./fake_dom.js";

// A page of the chat for tests that run without a browser. Its elements come from the chat's own templates.

const TEMPLATES = new URL("../../templates/chat/", import.meta.url);

function read(file) {
  return readFileSync(new URL(file, TEMPLATES), "utf8")
    .replace(/{% (load .*?|(end)?unindented )%}/g, "")
    .replace(/{% translate "(.*?)" %}/g, "$1")
    .replace(/{% icon .*?%}/g, "");
}

// Returns a <template> of room.html or join.html.
export function templateOf(file, id) {
  const html = read(file);
  return elementsOf(new RegExp(`<template id="${id}">(.*?)</template>`, "s").exec(html)[1].trim());
}

// Returns the <template> of a message.
export function messageTemplate() {
  const html = read("_message.html");
  const blank = html.replace(/{% if not [^%]*%}(.*?){% endif %}/g, "$1").replace(/{% if .*?{% endif %}|{{.*?}}/g, "");
  return elementsOf(blank.trim());
}

// Opens an empty page at this address. The scripts see it as the global document.
export function openPage(address = "http://chat.example/den?user=ann") {
  const body = new Element("body");
  globalThis.location = new URL(address);
  globalThis.document = {
    body,
    activeElement: body,
    getElementById: (id) => body.querySelector(`#${id}`),
    createElement: (tag) => new Element(tag),
    createTextNode: (text) => text,
  };
  return body;
}

// Adds an element to the page.
export function add(tag, className = "") {
  const element = new Element(tag);
  element.attributes.set("class", className);
  document.body.append(element);
  return element;
}
