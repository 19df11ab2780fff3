// The way that asks nothing of eyes or ears: the computer works some seconds in place of the person.
// Without this file the picture and the sound remain.
"use strict";

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

async function work({ riddle, pieces, bits }, told) {
  const found = [];
  let rest = performance.now();
  for (let number = 0; found.length < pieces; number++) {
    if (firstWord(`${riddle}:${found.length}:${number}`) >>> (32 - bits) === 0) {
      found.push(number);
      told(found.length);
      number = -1;
    }
    if (number % 256 === 0 && performance.now() - rest > 40) {
      await new Promise((go) => setTimeout(go)); // the page answers meanwhile
      rest = performance.now();
    }
  }
  return found.join();
}

for (const captcha of document.querySelectorAll(".captcha")) {
  const { pieces } = captcha.dataset;
  const button = captcha.querySelector("[data-work]");
  const status = captcha.querySelector("[role=status]");
  const bar = captcha.querySelector("progress");
  const proof = captcha.querySelector("[name=captcha_trabajo]");
  const finish = () => {
    bar.hidden = true;
    for (const part of captcha.querySelectorAll("img, audio, .field, .notice, [name=captcha_otra]")) {
      part.hidden = true;
    }
    status.textContent = "Listo: su equipo hizo la verificación. Ya no necesita el texto de la imagen.";
  };
  button.hidden = false;
  if (proof.value) {
    button.setAttribute("aria-disabled", "true");
    finish(); // something else of the form was wrong; the work still counts
  }
  button.addEventListener("click", async () => {
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true"); // not disabled: who pressed it keeps the focus
    bar.hidden = false;
    status.textContent = "Su equipo está verificando. Tarda unos segundos.";
    proof.value = await work(captcha.dataset, (done) => {
      bar.value = done;
      // A screen reader says each of these: only some are worth it.
      if (done < pieces && done % (pieces / 4) === 0) status.textContent = `${(100 * done) / pieces} % listo.`;
    });
    finish();
  });
}
