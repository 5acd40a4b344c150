// Translates the scripts' sentences. The scripts have the English ones. In another language, the page's <script
// id="sentences"> has the others: {key: sentence}, and for a sentence with a count {key: {category: sentence}} with the
// plural categories of Intl.PluralRules.
//
// makemessages finds the calls of gettext and ngettext, so each sentence must be a plain text between double quotes.
const page = globalThis.document;
export const language = page?.documentElement?.lang || "en";
// The reader may have a region, which decides about dates: en-GB has other ones than en-US.
export const locale = globalThis.navigator?.languages?.find((each) => each.split("-")[0] === language) ?? language;

const sentences = JSON.parse(page?.getElementById?.("sentences")?.textContent ?? "{}");
const plural = new Intl.PluralRules(language);
const number = new Intl.NumberFormat(locale, { useGrouping: false });

// values: what replaces {name} in the sentence.
export function gettext(english, values = {}) {
  return fill(sentences[keyOf(english)] ?? english, values);
}

// {count} in the sentence is the number.
export function ngettext(one, other, count, values = {}) {
  const forms = sentences[keyOf(one)] ?? { one, other };
  return fill(forms[plural.select(count)] ?? forms.other, { count: number.format(count), ...values });
}

// Like sentence_key in chat/pages/language.py.
function keyOf(english) {
  return [...english].reduce((number, char) => (number * 31 + char.codePointAt(0)) % 2 ** 16, 0).toString(16);
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
