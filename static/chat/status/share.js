// Shares an address, the room's or another one, in the best way that the device has: a phone's share sheet, the
// clipboard, or a dialog from which the person copies it. A page on http:// has only the dialog.
//
// title, address: of the room. onCopied(): called when the address is in the clipboard. show(address) opens the dialog.
export function createShare({ navigator, isTouch, title, address, onCopied, show }) {
  async function share(url = address) {
    if (isTouch && navigator.share !== undefined && (await shareByDevice(url))) return;
    if (await copy(url)) onCopied();
    else show(url);
  }

  async function shareByDevice(url) {
    try {
      await navigator.share({ title, url });
      return true;
    } catch (error) {
      return error.name === "AbortError"; // the person closed the sheet
    }
  }

  async function copy(url) {
    try {
      await navigator.clipboard.writeText(url);
      return true;
    } catch {
      return false; // there is no clipboard, or it is forbidden
    }
  }

  return share;
}
