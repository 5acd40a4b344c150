import { createComposePanel } from "./compose/compose_panel.js";
import { openRoom } from "./open_room.js";
import { createStatusPanel } from "./status/status_panel.js";

// The room's page.

openRoom({
  $: jQuery,
  page: JSON.parse(document.getElementById("page").textContent),
  createStatus: createStatusPanel,
  createCompose: createComposePanel,
  fetch,
  sendBeacon: (url, data) => navigator.sendBeacon?.(url, data),
});
