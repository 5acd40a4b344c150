// Keeps the log scrolled to its newest message until the reader scrolls up. The log's size changes with new messages, a
// growing composer, a phone's keyboard, and a phone that somebody turns.
//
// isLive(): whether the page shows the room's newest message at all.
export function createFollowNewest({ scroller, content, isLive, ResizeObserver = globalThis.ResizeObserver }) {
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

  // A message may come after we scroll to the end and before the browser reports that scroll. The end is further down
  // by then. So only a reader who moves up has left the end.
  function scrolled() {
    near = isNear() || (near && scroller.scrollTop >= lastTop);
    lastTop = scroller.scrollTop;
  }

  // Call this after a script has scrolled the log.
  function moved() {
    near = isNear();
    lastTop = scroller.scrollTop;
  }

  function isFollowing() {
    return near && isLive();
  }

  function resized() {
    if (isFollowing()) show();
  }

  // Begins at the newest message. Calls onLook() after every scroll and every change of size.
  function start(onLook) {
    const scrolledAndLook = () => {
      scrolled();
      onLook();
    };
    scroller.addEventListener("scroll", scrolledAndLook, { passive: true });
    const sizes = new ResizeObserver(() => {
      resized();
      onLook();
    });
    sizes.observe(scroller);
    sizes.observe(content);
    show();
  }

  return { start, show, moved, isFollowing };
}
