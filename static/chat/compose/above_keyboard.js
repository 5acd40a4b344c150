// Keeps the page above an on-screen keyboard that covers it. On iPhones a keyboard does not change the page's size, and
// the browser moves the page up instead. Chromium gives the page the rest of the screen by itself; see chat/base.html.
//
// viewport: the browser's visualViewport, which is what the person sees of the page. css/room.css uses what is set here.
export function keepAboveKeyboard({ root, viewport }) {
  const LOW_PX = 240; // so little is left on a phone that lies on its side

  function fit() {
    if (viewport.scale > 1) return; // who has zoomed in sees a part of the page, keyboard or not
    if (root.clientHeight - viewport.height < 1) return delete root.dataset.keyboard;
    root.dataset.keyboard = viewport.height < LOW_PX ? "low" : "open";
    root.style.setProperty("--seen-height", `${viewport.height}px`);
    root.style.setProperty("--seen-top", `${viewport.offsetTop}px`);
  }

  for (const event of ["resize", "scroll"]) viewport.addEventListener(event, fit);
  fit();
}
