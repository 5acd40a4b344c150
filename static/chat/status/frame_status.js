import { createAnnouncer } from "./announcer.js";
import { connectNotice } from "./connection_notice.js";
import { connectShare } from "./share_button.js";
import { createUnreadMark } from "./unread_mark.js";

// Keeps the reader of one room informed: the connection, and new messages. There are no other rooms and no settings.
//
// It takes and returns what createStatusPanel does; see status_panel.js.
export function createFrameStatus({ $, store, stream, isOwn, nameOf, leave }) {
  const announcer = createAnnouncer({ element: $("#announcer")[0] });
  const unreadMark = createUnreadMark(document, $("link[rel=icon]")[0]);

  connectNotice({ $, stream, leave });
  stream.listen({ refused: announcer.clear });
  store.listen({
    received(message, isNew) {
      if (isNew && !isOwn(message)) announcer.announce({ ...message, from: nameOf(message) });
    },
  });
  $(window).on("focus blur", () => unreadMark.show());

  return { showUnread: unreadMark.show, share: connectShare($) };
}
