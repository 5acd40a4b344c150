// Lets people choose the page's language at once. Without scripts, the form has a button.
export function connectLanguage(form) {
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", () => {
    form.requestSubmit();
    form.reset(); // the browser may show this page again, in its language
  });
}
