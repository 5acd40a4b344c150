import { createModeration } from "./moderation/moderation.js";

// What a moderator's room page has beside the usual one.

const $ = jQuery;
createModeration({ $, page: JSON.parse(document.getElementById("page").textContent), ajax: $.ajax });
