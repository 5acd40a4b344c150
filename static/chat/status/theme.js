// Lets people choose the colours. A cookie remembers the choice, so the server draws the next page in these colours.
// metas: the <meta name=theme-color> of each theme, for the browser's own bar. The first whose `media` fits counts.
// path: that of the chat. Below a prefix, the cookie has another name, because the rest of the site may have a theme too.
export function connectTheme(document, select, metas, path = "/") {
  const NAME = path === "/" ? "theme" : "chat_theme";
  const KEPT = new RegExp(`(?:^|; )${NAME}=(\\w+)`);
  const YEAR_S = 365 * 24 * 60 * 60;
  const THEMES = ["light", "dark"];

  function choose() {
    const theme = select.value;
    document.cookie = `${NAME}=${theme}; path=${path}; max-age=${theme === "" ? 0 : YEAR_S}; SameSite=Lax`;
    apply(theme);
  }

  // Another tab may have changed the cookie, or this page did before the browser put it into its back-forward cache.
  function follow() {
    const kept = KEPT.exec(document.cookie)?.[1];
    const theme = THEMES.includes(kept) ? kept : "";
    select.value = theme;
    apply(theme);
  }

  function apply(theme) {
    if (theme === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    metas.forEach((meta) => (meta.media = mediaOf(meta.dataset.theme, theme)));
  }

  function mediaOf(theme, chosen) {
    if (chosen === "") return `(prefers-color-scheme: ${theme})`;
    return theme === chosen ? "all" : "not all";
  }

  select.addEventListener("change", choose);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && follow());
  follow();
}
