"use strict";

globalThis.chat ??= {};

// Keeps the log at its newest message until the reader scrolls up, through every change of size: new messages,
// a growing composer, a phone's keyboard, a turned phone.
//
// isLive(): whether the newest message is in the page at all. onLook() is called after every scroll and change of size.
chat.stayAtNewest = function ({ scroller, content, isLive, onLook, ResizeObserver = globalThis.ResizeObserver }) {
  const END_ZONE_PX = 48;
  let near = true;
  let lastTop = 0;

  function show() {
    near = true;
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  }

  function isNear() {
    return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop <= END_ZONE_PX;
  }

  // A message may come between our scrolling to the end and the event that tells of it: the end is then further
  // down already. So only a reader who moves up has left the end.
  function scrolled() {
    near = isNear() || (near && scroller.scrollTop >= lastTop);
    lastTop = scroller.scrollTop;
    onLook();
  }

  // The reader was put somewhere else by us.
  function moved() {
    near = isNear();
    lastTop = scroller.scrollTop;
  }

  function isFollowing() {
    return near && isLive();
  }

  function resized() {
    if (isFollowing()) show();
    onLook();
  }

  scroller.addEventListener("scroll", scrolled, { passive: true });
  const sizes = new ResizeObserver(resized);
  sizes.observe(scroller);
  sizes.observe(content);
  show();

  return { show, moved, isFollowing };
};
