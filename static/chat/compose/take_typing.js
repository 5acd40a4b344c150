// What somebody types after a click somewhere in the page goes to the field. The browser types into the element that has
// the focus after this event.
export function takeTyping(document, field) {
  const OWN_KEYS = "input, textarea, select, dialog, [popover]:popover-open";

  document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    const types = key === "Process" || key === "Dead" || (key?.length === 1 && key !== " "); // an input method, an accent
    const pastes = key === "v" && (ctrlKey || metaKey);
    if ((types && !ctrlKey && !metaKey && !altKey) || pastes) target.closest?.(OWN_KEYS) ?? field.focus();
  });
}
