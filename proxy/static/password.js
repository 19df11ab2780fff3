// Tells, while a new password is typed, which requirements it still lacks. The server decides.
"use strict";

const list = document.querySelector("[data-rules]");
const typed = document.querySelector("#nueva");
if (list && typed) {
  const has = {
    largo: (text, item) => [...text.normalize("NFC")].length >= Number(item.dataset.least),
    mayuscula: (text) => /\p{Lu}/u.test(text),
    minuscula: (text) => /\p{Ll}/u.test(text),
    numero: (text) => /\p{Nd}/u.test(text),
  };
  const items = [...list.querySelectorAll("[data-rule]")];
  const said = list.querySelector("[data-rules-said]");
  let timer;

  typed.addEventListener("input", () => {
    for (const item of items) {
      item.classList.toggle("met", has[item.dataset.rule](typed.value, item));
    }
    const missing = items.filter((item) => !item.classList.contains("met"));
    clearTimeout(timer); // a screen reader hears the outcome, not each letter
    timer = setTimeout(() => {
      said.textContent = missing.length
        ? `Falta: ${missing.map((item) => item.dataset.said ?? item.textContent).join(", ")}.`
        : "La contraseña tiene todo lo que se pide.";
    }, 700);
  });
}
