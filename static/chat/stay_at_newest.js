"use strict";

globalThis.chat ??= {};

// Keeps the log at its newest message until the reader scrolls up, through every change of size: new messages,
// a growing composer, a phone's keyboard, a turned phone.
chat.stayAtNewest = function (scroller, content, ResizeObserver = globalThis.ResizeObserver) {
  const END_ZONE_PX = 48;
  let atEnd = true;
  let lastTop = 0;

  function show() {
    atEnd = true;
    scroller.scrollTop = scroller.scrollHeight;
  }

  // A message may come between our scrolling to the end and the event that tells of it: the end is then further
  // down already. So only a reader who moves up has left the end.
  function scrolled() {
    const distance = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    atEnd = distance <= END_ZONE_PX || (atEnd && scroller.scrollTop >= lastTop);
    lastTop = scroller.scrollTop;
  }

  scroller.addEventListener("scroll", scrolled, { passive: true });
  const sizes = new ResizeObserver(() => atEnd && show());
  sizes.observe(scroller);
  sizes.observe(content);
  show();

  return { show };
};
