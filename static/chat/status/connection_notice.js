import { strings } from "../lib/strings.js";
import { createConnectionStatus } from "./connection_status.js";

// Connects the page's notice about the connection with the stream. leave() moves the focus away from an element that goes.
export function connectNotice({ $, stream, leave }) {
  const connection = createConnectionStatus({
    say(text, kind = null) {
      $(".connection").attr("data-kind", kind);
      $("#status").text(text);
    },
    offer(when) {
      $("#retry").text(when ?? "");
      if (when === null && $("#retry-now").is(":focus")) leave();
      $("#retry-now").prop("hidden", when === null);
    },
    isOnline: () => navigator.onLine,
  });
  stream.listen({
    opened: connection.back,
    lost: connection.lost,
    stopped: (why) => connection.stopped(strings.streamStopped(why)),
    refused: () => connection.stopped(""),
  });
  $("#retry-now").on("click", stream.wake);
  $(window).on({ online: connection.networkChanged, offline: connection.networkChanged });
}
