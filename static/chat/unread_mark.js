"use strict";

globalThis.chat ??= {};

// Says in the title and by the icon how many messages came while nobody looked: "(3) #room".
//
// icon: the page's <link rel="icon">, whose data-unread is the address of the other icon.
chat.unreadMark = function (document, icon) {
  const title = document.title;
  const usual = icon.getAttribute("href");
  let count = 0;

  function show(unread = count) {
    count = unread;
    const marked = count > 0 && document.visibilityState === "hidden";
    document.title = marked ? `(${count}) ${title}` : title;
    const href = marked ? icon.dataset.unread : usual;
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href); // each change fetches it
  }

  document.addEventListener("visibilitychange", () => show());

  return { show };
};
