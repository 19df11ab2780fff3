// The digest of a file, computed here: it goes nowhere. Without this file the page says how to
// compute it otherwise.

const form = document.getElementById("huella"), { archivo, esperada } = form.elements
const said = form.querySelector("output"), number = document.getElementById("numero")

const bare = text => text.replace(/[\s:.-]/g, "").toLowerCase()

function show(tone, ...lines) {
  said.className = tone
  said.replaceChildren(...lines.map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })))
}

async function digest(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")
}

function verdict(found) {
  const wanted = bare(esperada.value)
  if (!wanted) return ["", "Compare estas letras y cifras con las de la constancia."]
  if (!/^[0-9a-f]{64}$/.test(wanted)) return ["bad", "La huella de la constancia no está completa: son 64 letras de la a a la f y cifras."]
  return wanted === found
    ? ["good", "Coinciden: es el mismo archivo."]
    : ["bad", "No coinciden: no es el archivo de esa huella. Revise que sea el correcto y que copió toda la huella."]
}

async function tell() {
  const [file] = archivo.files
  if (!file) return show("")
  if (!globalThis.crypto?.subtle) return show("bad", ["p", "Este navegador no puede calcularla aquí. Use su equipo, como se explica abajo."])
  show("", ["p", "Calculando…"])
  let found
  try {
    found = await digest(file)
  } catch {
    return show("bad", ["p", "No se pudo leer ese archivo. Elíjalo otra vez."])
  }
  if (file !== archivo.files[0]) return
  const [tone, words] = verdict(found), groups = found.match(/.{4}/g)
  show(tone, ["strong", words], ["p", `${file.name}, ${file.size.toLocaleString("es-PE")} bytes. Su huella (SHA-256):`],
    ["code", groups.slice(0, 8).join(" ")], ["code", groups.slice(8).join(" ")])
}

function came() {
  const [found] = decodeURIComponent(location.hash).match(/^#C[CT]-\d{4}-\d{6,15}-[0-9A-Z]$/) ?? []
  number.hidden = !found
  number.querySelector("strong").textContent = found?.slice(1) ?? ""
}

form.addEventListener("change", tell)
esperada.addEventListener("input", tell)
form.addEventListener("submit", event => event.preventDefault())
form.addEventListener("reset", () => setTimeout(() => { tell(); archivo.focus() }))
for (const name of ["dragover", "drop"]) form.addEventListener(name, event => event.preventDefault())
form.addEventListener("drop", event => {
  if (!event.dataTransfer.files.length) return
  archivo.files = event.dataTransfer.files
  tell()
})
addEventListener("hashchange", came)
came()
