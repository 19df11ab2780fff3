// Everything works without this file. It saves a second e-mail, shows a password, and warns.
"use strict";

// A double click must not send a form twice: each password sent is another token by e-mail.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000); // whoever stopped it may send it again
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

for (const input of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  const set = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Ocultar contraseña" : "Mostrar contraseña";
  };
  set(false);
  button.addEventListener("click", () => set(input.type === "password"));
  // Browsers keep what was typed into a field of text.
  input.form.addEventListener("submit", () => set(false));
  input.after(button);
}

const session = document.querySelector(".session");
if (session) {
  const warning = document.querySelector(".warning");
  const early = session.dataset.warning * 1000;
  let end = Date.now() + session.dataset.seconds * 1000;

  const say = (text, label, act) => {
    if (warning.firstChild?.textContent === text) return;
    const line = document.createElement("p");
    line.textContent = text;
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("click", act);
    warning.replaceChildren(line, button);
  };

  // Asking for this page again is what keeps the session; nothing on the screen moves.
  const stay = async () => {
    const reply = await fetch(location.href).catch(() => null);
    if (!reply) return; // no network: the button is still there
    const page = await reply.text();
    const seconds = page.match(/class="session" data-seconds="(\d+)"/)?.[1];
    if (!seconds) return location.reload();
    end = Date.now() + seconds * 1000;
    const hour = page.match(/class="session"[^]*?<time[^>]*>([\d:]+)</)[1];
    session.querySelector("time").textContent = hour;
    warning.replaceChildren();
    document.querySelector("#contenido").focus();
  };

  // The clock and not a countdown: a computer that slept has lost no time here.
  const check = () => {
    const left = end - Date.now();
    if (left <= 0) say("Su sesión se cerró.", "Ingresar otra vez", () => location.reload());
    else if (left <= early) {
      const hour = session.querySelector("time").textContent;
      say(`Su sesión se cierra a las ${hour} si no hace nada.`, "Seguir en la casilla", stay);
    }
  };
  setInterval(check, 1000);
}
