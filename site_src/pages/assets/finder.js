// What the search of the site shows. It comes, with its words, when somebody opens it.

import { search } from "./search.js"

const MOST = 10
const box = document.getElementById("busqueda")
const form = box.querySelector("form"), query = form.elements.query
const status = box.querySelector("[role=status]"), list = box.querySelector("ol"), others = box.querySelector(".search__else")
const root = new URL(`${box.dataset.root}/`.replace("//", "/"), document.baseURI)
const idle = status.textContent

function item({ url, title, official, summary }) {
  const row = document.createElement("li")
  row.className = "search__item"
  for (const [tag, className, textContent] of [["a", "", title], ["p", "official", official], ["p", "", summary]])
    if (textContent) row.append(Object.assign(document.createElement(tag), { className, textContent }))
  row.firstChild.href = new URL(url, root)
  return row
}

function told(number) {
  if (number === 0) return "No se encontró nada con esas palabras. Pruebe con otras."
  return number === 1 ? "1 resultado" : `${number} resultados`
}

async function show() {
  const asked = query.value
  let find
  try {
    find = await search(new URL(box.dataset.index, document.baseURI))
  } catch {
    status.textContent = "La búsqueda no llegó. Revise su conexión y escriba otra vez."
    return
  }
  if (asked !== query.value) return
  const found = asked.trim() ? find(asked).slice(0, MOST) : []
  list.replaceChildren(...found.map(item))
  status.textContent = asked.trim() ? told(found.length) : idle
  others.hidden = !asked.trim()
}

query.addEventListener("input", show)
form.addEventListener("reset", () => setTimeout(() => { show(); query.focus() }))
form.addEventListener("submit", event => {
  event.preventDefault()
  list.querySelector("a")?.click()
})
box.addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  const stops = [query, ...list.querySelectorAll("a")]
  stops[stops.indexOf(document.activeElement) + step]?.focus()
})
show()
