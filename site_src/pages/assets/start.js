// Before the theme's bundle: what its inline script defines, and the keys it must not take.

document.documentElement.classList.replace("no-js", "js") // before the page is drawn, so that nothing moves

const root = new URL("..", document.currentScript.src)

window.__md_scope = root
window.__md_hash = text => [...text].reduce((hash, char) => (hash << 5) - hash + char.charCodeAt(0), 0)
window.__md_get = (key, storage = localStorage, scope = root) =>
  JSON.parse(storage.getItem(`${scope.pathname}.${key}`))
window.__md_set = (key, value, storage = localStorage, scope = root) => {
  try {
    storage.setItem(`${scope.pathname}.${key}`, JSON.stringify(value))
  } catch { /* a browser that keeps nothing still shows the page */ }
}

// WCAG 2.1.4: the theme acts on single letters, which voice control types by accident.
addEventListener("keydown", event => {
  const writing = event.target.closest?.("input, select, textarea, [contenteditable]")
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1
  if (plain && event.key !== " " && (!writing || writing.type === "radio"))
    event.stopImmediatePropagation()
}, true)
