// Changes the log without moving what the reader looks at. Browsers can do this by themselves, but not at the very top,
// and Safari can't at all. So the stylesheet switches the browser's own way off.
//
// isFollowing(): whether the log stays at its end anyway. onMoved(): called after the log was scrolled.
//
// Returns anchor(change), which calls change().
export function createScrollAnchor({ scroller, list, isFollowing, onMoved }) {
  let isAnchored = false;

  function inView() {
    const { top, bottom } = scroller.getBoundingClientRect();
    const seen = [];
    for (const item of list.children) {
      const place = item.getBoundingClientRect();
      if (place.top >= bottom) break;
      if (place.bottom > top) seen.push({ item, top: place.top });
    }
    return seen;
  }

  function anchor(change) {
    if (isAnchored) return change(); // it is part of a larger change, which is measured as a whole
    const seen = isFollowing() ? [] : inView();
    isAnchored = true;
    try {
      change();
    } finally {
      isAnchored = false;
    }
    const left = seen.find(({ item }) => item.isConnected && item.matches("[data-id]")); // day lines come and go
    if (!left) return;
    const moved = left.item.getBoundingClientRect().top - left.top;
    if (Math.abs(moved) < 1) return;
    scroller.scrollTop += moved;
    onMoved();
  }

  return anchor;
}
