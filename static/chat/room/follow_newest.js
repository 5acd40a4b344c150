// Keeps the log scrolled to its newest message until the reader scrolls up. The log's size changes with new messages, a
// growing composer, a phone's keyboard, and a phone that somebody turns.
//
// isLive(): whether the page shows the room's newest message at all. firstUnread(): returns the element of the first
// message that nobody has seen, if there is one. The log does not scroll past it by itself.
export function createFollowNewest({
  scroller,
  content,
  isLive,
  firstUnread,
  ResizeObserver = globalThis.ResizeObserver,
}) {
  const READ_PART = 1 / 3; // of the screen, for what the reader has seen, above the first unread message
  const END_ZONE_PX = 48;
  let near = true;
  let lastTop = 0;

  function show() {
    near = true;
    scroller.scrollTop = scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  }

  function follow() {
    const first = firstUnread();
    if (!first) return show();
    const { top } = scroller.getBoundingClientRect();
    const way = first.getBoundingClientRect().top - top - READ_PART * scroller.clientHeight;
    scroller.scrollTop += Math.max(way, 0); // never back: the reader may have gone on
    moved();
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
    if (isFollowing()) follow();
  }

  // Begins at the newest message, or at the first unread one. Calls onLook() after every scroll and change of size.
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
    follow();
  }

  return { start, show, moved, isFollowing };
}
