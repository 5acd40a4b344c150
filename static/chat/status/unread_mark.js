import { isLookedAt } from "../lib/is_looked_at.js";

// Shows in the title and the icon of a page that nobody looks at how many messages are unread: "(3) #room".
//
// icon: the page's <link rel="icon">; its data-unread is the address of the other icon.
export function createUnreadMark(document, icon) {
  const title = document.title;
  const usual = icon.getAttribute("href");
  let count = 0;

  function show(unread = count) {
    count = unread;
    const marked = count > 0 && !isLookedAt(document);
    document.title = marked ? `(${count}) ${title}` : title;
    const href = marked ? icon.dataset.unread : usual;
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href); // the browser fetches it at each change
  }

  document.addEventListener("visibilitychange", () => show());

  return { show };
}
