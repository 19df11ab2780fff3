// A calendar beside each date, of the browser itself. The date can always be typed: it is what counts.
"use strict";

for (const field of document.querySelectorAll("[data-day]")) {
  if (!HTMLInputElement.prototype.showPicker) break;
  const calendar = document.createElement("input");
  calendar.type = "date";
  calendar.min = field.dataset.least ?? "";
  calendar.max = field.dataset.most ?? "";
  calendar.tabIndex = -1;
  calendar.className = "calendar";
  calendar.setAttribute("aria-hidden", "true");
  calendar.setAttribute("form", ""); // of no form, which neither sends it nor judges it
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.textContent = "Calendario";
  button.setAttribute("aria-label", `Calendario: ${field.labels[0].textContent}`);
  field.after(button, calendar);

  button.addEventListener("click", () => {
    calendar.value = field.value.replace(/^(\d\d)\D?(\d\d)\D?(\d{4})$/, "$3-$2-$1");
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    if (!calendar.value) return;
    field.value = calendar.value.split("-").reverse().join("/");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
