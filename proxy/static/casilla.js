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

// What answers a form is not kept: going back to it, or reloading it, asks for its page instead.
if ("sent" in document.body.dataset) history.replaceState(null, "", location.href);

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
  const dialog = document.querySelector(".warning");
  const early = session.dataset.warning * 1000;
  const tabs = new BroadcastChannel("sesion");
  let end = Date.now() + session.dataset.seconds * 1000;
  let warned; // of which end

  // Every tab of this browser is of the same session: what one of them learns holds for all.
  const hear = ({ at, hour, last }) => {
    if (at < end) return;
    end = at;
    session.toggleAttribute("data-last", last);
    for (const time of document.querySelectorAll(".session time, .warning time"))
      time.textContent = hour;
    check();
  };
  const tell = (news) => {
    hear(news);
    tabs.postMessage(news);
  };

  let again = 0; // a slow line needs more than a second
  const leave = () => {
    if (Date.now() < again) return;
    again = Date.now() + 60_000;
    const page = location.pathname.match(/^\/casilla\/(?:notificaciones\/[0-9a-f]{32}\/|[a-z-]+\/)?/)[0];
    location.replace(`${dialog.dataset.login}?fin=1&volver=${page}`);
  };

  const stay = async () => {
    const reply = await fetch(dialog.dataset.stay, { redirect: "manual" }).catch(() => null);
    if (reply?.type === "opaqueredirect") return leave(); // it had ended already
    if (!reply?.ok) {
      dialog.querySelector(".error").textContent = "No hay conexión. Pruebe otra vez.";
      return;
    }
    const { seconds, hora, last } = await reply.json();
    tell({ at: Date.now() + seconds * 1000, hour: hora, last });
    dialog.close();
  };
  dialog.querySelector("button.idle").addEventListener("click", stay);
  dialog.querySelector("button.final").addEventListener("click", () => dialog.close());
  // Escape is a sign of life too.
  dialog.addEventListener("cancel", (event) => {
    if ("last" in session.dataset) return;
    event.preventDefault();
    stay();
  });

  // The clock and not a countdown: a computer that slept has lost no time here.
  const check = () => {
    const left = end - Date.now();
    if (left < -2000) leave(); // not before the server, or asking would keep the session
    else if (left > early) dialog.close();
    else if (warned !== end) {
      warned = end;
      dialog.querySelector(".error").textContent = "";
      dialog.classList.toggle("last", "last" in session.dataset);
      dialog.showModal();
    }
  };
  setInterval(check, 1000);
  document.addEventListener("visibilitychange", check);
  tabs.addEventListener("message", (event) => hear(event.data));
  tell({
    at: end,
    hour: session.querySelector("time").textContent,
    last: "last" in session.dataset,
  });
}
