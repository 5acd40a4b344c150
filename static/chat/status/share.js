// Shares the room's address in the best way that the device has: a phone's share sheet, the clipboard, or a dialog from
// which the person copies it. A page on http:// has only the dialog.
//
// onCopied(): called when the address is in the clipboard. show(address) opens the dialog.
export function createShare({ navigator, isTouch, title, address, onCopied, show }) {
  async function share() {
    if (isTouch && navigator.share !== undefined && (await shareByDevice())) return;
    if (await copy()) onCopied();
    else show(address);
  }

  async function shareByDevice() {
    try {
      await navigator.share({ title, url: address });
      return true;
    } catch (error) {
      return error.name === "AbortError"; // the person closed the sheet
    }
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(address);
      return true;
    } catch {
      return false; // there is no clipboard, or it is forbidden
    }
  }

  return share;
}
