// Returns whether somebody looks at the page: a window that is beside the one in use may be visible for hours.
export function isLookedAt(document) {
  return document.visibilityState === "visible" && document.hasFocus();
}
