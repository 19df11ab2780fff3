// The computer works some seconds in place of the person, who has nothing to do, see or hear. Without
// this file the text of the image is asked for.
"use strict";

document.documentElement.dataset.works = ""; // casilla.css closes the text; «Prefiero…» opens it

// SHA-256 of a text of one block (55 bytes at most). The browser's own answers each in its time,
// and two hundred thousand answers would take minutes.
const [START, ROUNDS] = (() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const part = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  return [primes.slice(0, 8).map((n) => part(Math.sqrt(n))), primes.map((n) => part(Math.cbrt(n)))];
})();
const words = new Int32Array(64);
const turn = (word, by) => (word >>> by) | (word << (32 - by));

function firstWord(text) {
  words.fill(0, 0, 16);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  words[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15];
    const b = words[i - 2];
    words[i] =
      words[i - 16] +
      (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
      words[i - 7] +
      (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i++) {
    const s = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + s + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
    const t = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const two = (t + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  return (a + START[0]) >>> 0;
}

async function work({ riddle, pieces, bits }) {
  const found = [];
  let rest = performance.now();
  for (let number = 0; found.length < pieces; number++) {
    if (firstWord(`${riddle}:${found.length}:${number}`) >>> (32 - bits) === 0) {
      found.push(number);
      number = -1;
    }
    if (number % 256 === 0 && performance.now() - rest > 40) {
      await new Promise((go) => setTimeout(go)); // the page answers meanwhile
      rest = performance.now();
    }
  }
  return found.join();
}

const PATIENCE = 6000; // ms of work, before the text is offered

// `pressed`: the button that waits for the work.
function ask(captcha, pressed) {
  const form = captcha.closest("form");
  const proof = captcha.querySelector("[name=captcha_trabajo]");
  const letters = captcha.querySelector("[name=captcha]"); // none without a picture
  const working = captcha.querySelector("[data-working]");
  const status = captcha.querySelector("[role=status]"); // read aloud: only what changes
  const write = captcha.querySelector("[data-write]");
  const instead = letters ? "escriba el texto de la imagen" : "pida la imagen";
  const given = Date.now();

  const open = (opened) => {
    captcha.classList.toggle("asked", opened);
    write.setAttribute("aria-expanded", opened);
  };
  const say = (sentence) => {
    working.hidden = true;
    status.textContent = sentence;
  };
  const fail = (sentence) => {
    pressed = undefined;
    open(true);
    say(sentence);
  };
  const finish = () => {
    clearTimeout(late);
    captcha.classList.add("worked");
    say("Comprobado");
    pressed?.click();
  };
  const late = setTimeout(() => {
    fail(`Su equipo tarda. Espere un poco más o ${instead}.`);
  }, PATIENCE);

  open(captcha.classList.contains("asked"));
  write.addEventListener("click", () => open(!captcha.classList.contains("asked")));

  // Half of its life is left to a riddle that is given. An older one is asked for again: whoever waits
  // for a message is told of no fault.
  let old = () => Date.now() - given > captcha.dataset.seconds * 500;
  const renew = () => {
    const page = new XMLHttpRequest(); // unlike fetch, it gives a document, and no text to be trusted
    page.open("GET", location.href);
    page.responseType = "document";
    page.onloadend = () => {
      const fresh = page.response?.querySelector(".captcha");
      if (fresh) {
        const enter = captcha.contains(pressed) && fresh.querySelector("[type=submit]");
        captcha.replaceWith(fresh);
        ask(fresh, enter || pressed);
      } else {
        old = () => false; // the server decides
        pressed.click();
      }
    };
    page.send();
  };

  // Pressed too early, the form is sent when the work is done.
  form.addEventListener("submit", (event) => {
    const button = event.submitter ?? form.querySelector(".captcha ~ button");
    if (!captcha.isConnected || letters?.value.trim() || button.name) return;
    if (proof.value && !old()) return;
    event.preventDefault();
    event.stopPropagation(); // for casilla.js it was not sent
    if (!pressed && proof.value) renew();
    pressed = button;
    say("Comprobando… Lo que escribió se envía en cuanto termine.");
  });

  if (proof.value) return finish(); // something else of the form was wrong; the work still counts
  work(captcha.dataset).then(
    (found) => {
      proof.value = found;
      finish();
    },
    () => {
      clearTimeout(late);
      fail(`Su equipo no pudo comprobarlo: ${instead}.`);
    },
  );
}

document.addEventListener("DOMContentLoaded", () => {
  for (const captcha of document.querySelectorAll(".captcha")) ask(captcha);
});
