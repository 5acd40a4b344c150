"use strict";

globalThis.chat ??= {};

// The choice of colours. A cookie keeps it, so that the server draws the next page in them from the start.
chat.theme = function (document, select) {
  const YEAR_S = 365 * 24 * 60 * 60;
  const THEMES = ["light", "dark"];

  function choose() {
    const theme = select.value;
    document.cookie = `theme=${theme}; path=/; max-age=${theme === "" ? 0 : YEAR_S}; SameSite=Lax`;
    apply(theme);
  }

  // Follows what was chosen in another tab, or before a page that comes back was put away.
  function follow() {
    const kept = /(?:^|; )theme=(\w+)/.exec(document.cookie)?.[1];
    const theme = THEMES.includes(kept) ? kept : "";
    select.value = theme;
    apply(theme);
  }

  function apply(theme) {
    if (theme === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  select.addEventListener("change", choose);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && follow());
  follow();
};
