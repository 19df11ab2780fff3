// The filters of the catalogue. Without this file the page shows every service, and the same groups
// as lists of links.

import { search } from "./search.js"

const MARKS = ["publico", "canal", "disponibilidad"]
const form = document.querySelector(".filters")
const list = document.querySelector(".services"), cards = [...list.children]
const count = document.querySelector(".found"), none = document.querySelector(".none"), also = document.querySelector(".also")
const root = new URL("../", document.baseURI)
const places = new Map(cards.map(card => [card.querySelector("a").href, card]))

function told(number) {
  if (number === 0) return "Ningún servicio coincide."
  return number === 1 ? "1 servicio" : `${number} servicios`
}

const offered = card => [...card.querySelectorAll(".services__offers li")]

function fits(card, chosen) {
  const act = chosen.get("subservicio")
  return MARKS.every(name => !chosen.get(name) || card.dataset[name].split(" ").includes(chosen.get(name))) &&
    (!act || offered(card).some(offer => offer.textContent === act))
}

function link({ url, title }) {
  const row = document.createElement("li")
  row.append(Object.assign(document.createElement("a"), { href: new URL(url, root), textContent: title }))
  return row
}

async function show() {
  const chosen = new FormData(form), asked = chosen.get("texto").trim()
  let found = null
  if (asked) {
    try {
      found = (await search(new URL("buscar.json", root)))(asked)
    } catch {
      count.textContent = "Las palabras de la búsqueda no llegaron. Revise su conexión y escriba otra vez."
      return
    }
    if (asked !== form.elements.texto.value.trim()) return
  }
  const ranked = found ? found.map(page => places.get(String(new URL(page.url, root)))).filter(Boolean) : cards
  const shown = ranked.filter(card => fits(card, chosen))
  for (const card of cards) {
    card.hidden = !shown.includes(card)
    for (const offer of offered(card))
      offer.classList.toggle("chosen", offer.textContent === chosen.get("subservicio"))
  }
  list.append(...ranked, ...cards.filter(card => !ranked.includes(card)))
  const pages = (found ?? []).filter(({ url, task, score }) =>
    task && score > found[0].score / 2 && !places.has(String(new URL(url, root)))).slice(0, 3)
  also.querySelector("ul").replaceChildren(...pages.map(link))
  also.hidden = !pages.length
  none.hidden = shown.length > 0
  count.textContent = told(shown.length)
}

function remember() {
  const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
  history.replaceState(null, "", `${location.pathname}${chosen.size ? `?${chosen}` : ""}`)
}

function recall() {
  const asked = new URLSearchParams(location.search)
  for (const field of form.elements) if (asked.has(field.name)) field.value = asked.get(field.name)
}

form.addEventListener("input", () => { show(); remember() })
form.addEventListener("submit", event => event.preventDefault())
form.addEventListener("reset", () => setTimeout(() => { show(); remember(); form.elements.texto.focus() }))
addEventListener("pageshow", () => { recall(); show() })
