import { forAWhile } from "../lib/for_a_while.js";
import { strings } from "../lib/strings.js";
import { createShare } from "./share.js";

// Connects the buttons that share the page's address. Returns share(address); see share.js.
export function connectShare($) {
  const share = createShare({
    navigator,
    isTouch: matchMedia("(pointer: coarse)").matches,
    title: document.title,
    address: location.origin + location.pathname,
    onCopied: forAWhile(
      () => $("#share-said").text(strings.linkCopied),
      () => $("#share-said").text(""),
    ),
    show(address) {
      $("#address-text").val(address);
      $("#address")[0].showModal();
      $("#address-text").trigger("select");
    },
  });
  $("#share, #copy-link").prop("hidden", false).on("click", () => share());
  return share;
}
