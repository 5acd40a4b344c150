"use strict";

// Presses "Continue" for the admin, once the browser has shown how far the deletion is.
setTimeout(() => document.getElementById("continue").submit(), 100);
