// The menu and the search, for those who use keys and for screen readers.

const toggles = Object.fromEntries(
  ["drawer", "search"].map(name => [name, document.getElementById(`__${name}`)]))
const box = document.getElementById("busqueda"), query = box.querySelector("input")
const narrow = { drawer: matchMedia("(max-width: 76.1875em)"), search: matchMedia("(max-width: 59.9375em)") }
const behind = document.querySelectorAll(
  "[data-md-component=skip], [data-md-component=announce], .md-header, .ways, .md-content, .bottom")

function opener(name) {
  return document.querySelector(`[data-toggle=${name}]`)
}

function set(name, open) {
  if (toggles[name].checked !== open) toggles[name].click()
}

// Gives the focus back to the button that opened it.
function close(name) {
  set(name, false)
  if (name === "search") query.blur()
  if (narrow[name].matches) opener(name).focus()
}

for (const [name, toggle] of Object.entries(toggles)) {
  opener(name).addEventListener("click", () => {
    set(name, true)
    if (name === "search") query.focus()
    else document.querySelector(".menu button").focus()
  })
  toggle.autocomplete = "off" // or a page that is opened again shows its menu
  toggle.addEventListener("change", () => {
    opener(name).setAttribute("aria-expanded", toggle.checked)
    if (name === "drawer") behind.forEach(part => { part.inert = toggle.checked })
  })
  narrow[name].addEventListener("change", () => set(name, false))
}

// Nothing of the search is asked for before somebody goes to it.
query.addEventListener("focus", () => { import("./finder.js"); set("search", true) })
box.addEventListener("focusout", event => {
  if (event.relatedTarget && !box.contains(event.relatedTarget)) set("search", false)
})
box.querySelector("ol").addEventListener("click", event => { if (event.target.href) set("search", false) })

for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => close(button.dataset.close))

document.querySelector(".md-overlay").addEventListener("click", () =>
  setTimeout(() => opener("drawer").focus()))

addEventListener("keydown", event => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    set("search", true)
    query.focus()
  }
  if (event.key !== "Escape") return
  if (toggles.drawer.checked) close("drawer")
  else if (toggles.search.checked) close("search")
}, true)

// What the theme lets scroll sideways must be in reach of keys (axe: scrollable-region-focusable).
addEventListener("load", () => {
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wide.tabIndex = 0
    wide.setAttribute("role", "group")
    wide.setAttribute("aria-label", "Tabla, que se desplaza hacia los lados")
  }
})
