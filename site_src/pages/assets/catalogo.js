// The filters of the catalogue. Without this file the page shows every service, and the same groups
// as lists of links.

const form = document.querySelector(".filters")
const cards = [...document.querySelectorAll(".services > li")]
const count = document.querySelector(".found")
const plain = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
const texts = cards.map(card => plain(card.textContent))

function words(number) {
  if (number === 0) return "Ningún servicio coincide. Quite algún filtro o escriba menos letras."
  return number === 1 ? "1 servicio" : `${number} servicios`
}

function show() {
  const chosen = new FormData(form)
  const wanted = plain(chosen.get("texto")).split(/\s+/).filter(Boolean)
  const groups = ["publico", "canal", "disponibilidad"].map(name => [name, chosen.get(name)])
  let number = 0
  cards.forEach((card, index) => {
    const fits = wanted.every(word => texts[index].includes(word)) &&
      groups.every(([name, value]) => !value || card.dataset[name].split(" ").includes(value))
    card.hidden = !fits
    number += fits
  })
  count.textContent = words(number)
}

function remember() {
  const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
  history.replaceState(null, "", `${location.pathname}${chosen.size ? `?${chosen}` : ""}`)
}

function recall() {
  const asked = new URLSearchParams(location.search)
  for (const field of form.elements) if (field.name) field.value = asked.get(field.name) ?? ""
}

form.addEventListener("input", () => { show(); remember() })
form.addEventListener("submit", event => event.preventDefault())
form.addEventListener("reset", () => setTimeout(() => { show(); remember(); form.elements.texto.focus() }))
addEventListener("pageshow", () => { recall(); show() })
form.hidden = false
document.querySelector(".groups").hidden = true
