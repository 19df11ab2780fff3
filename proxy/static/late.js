// A late link asks for the new one by itself, once somebody sees its page: a browser that loads it
// beforehand, or going back to it, asks for nothing.
"use strict";

const form = document.querySelector("[data-by-itself]");
const seen = () => {
  if (document.hidden) document.addEventListener("visibilitychange", seen, { once: true });
  else form.requestSubmit();
};
addEventListener("pageshow", seen, { once: true });
