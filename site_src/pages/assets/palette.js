// The colours that the reader chose, or those of their system.

const chosen = __md_get("__palette")
const media = chosen?.color?.media ?? "(prefers-color-scheme)"
const scheme = media === "(prefers-color-scheme)"
  ? (matchMedia("(prefers-color-scheme: dark)").matches ? "slate" : "default")
  : chosen.color.scheme
document.body.setAttribute("data-md-color-scheme", scheme)
document.body.setAttribute("data-md-color-media", media)
