// Finds pages by the words that people use. The search of the site and the filter of the catalogue
// both ask it. A word counts by what it sounds like and without its ending, so that «botar»,
// «votación» and «Votó» meet; the words need not all be there: pages that have more of them, and
// rarer ones, come first.

const FIELDS = { names: 6, title: 6, official: 5, acts: 4, summary: 3, text: 1 }
const OTHERS = .6 // lists of services
const PART = 1.2 // a question with its answer, before the page that has them all
const PHRASE = 1.5 // its words stand together, as its sheet has them
// What says nothing of what is looked for: «quisiera saber si puedo», «x», «kiero».
const STOP = new Set(`a al algo algun alguna ante aqui as asi aun aunque bien buenas buenos cada como con cual cuales
  cuando d da de del desde dia dias donde dos e el ella ellos en entonces era es esa ese eso esta
  estaba estan estar estas este esto estos estoy existe favor fue fuera fui gracias ha hace hacen
  hacer haga hago han hasta hay he hola i ir k ke kiero la las le les lo los mas me mi mis mucho muy
  necesito ni no noches nos o os otra otro para pe pero poder podria por porfa porque pq pude puede
  pueden puedo pues q que quien quiere quiero quisiera saber se sea ser si sin sobre solo son soy su
  sus tal tambien tardes te tener tengo ti tiene tienen toca todo todos tu tus u un una uno unos va
  vamos veo ver voy x xq y ya yo`.split(/\s+/))

const split = text => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+/gu) ?? []

// Letters that people mix up: b v, c s z, c k qu, g j, ll y, h, m n before p and b, x s.
const spell = word => word
  .replace(/qu(?=[ei])/g, "k").replace(/ch/g, "*").replace(/c(?=[ei])|z|x/g, "s").replace(/c|q/g, "k")
  .replace(/g(?=[ei])/g, "j").replace(/gu(?=[ei])/g, "g").replace(/v/g, "b").replace(/ll/g, "y")
  .replace(/h/g, "").replace(/m(?=[bp])/g, "n").replace(/(\D)\1/g, "$1")

// Spelt as they sound: s for c, k for c and qu, b for v. At least three letters stay before them.
const ENDINGS = [
  /^(.+(?:[aei]r|ndo))(?:[mts]e|nos|l[aeo]|se?l[ao]|mel[ao])$/,
  /^(.{3,}?)(?:as?ion|sion|[ai]mi?ento|[aei]dor|adora|[ai]ble|ante|mente|idad|atura|ura|aron|ieron|[ai]ste|[aei]mos|[ai]ndo|iendo|[ai]d[ao]|aba|ia|[aei]r|an|en)$/,
  /^(.{3,}?)[aeio]+$/,
]
const singular = word => word.replace(/^(.{2,}[^aeious])es$|^(.{2,}[aeiou])s$/, "$1$2")

// Asked once for each word: most of them come back many times.
const once = (found, make) => word => found.get(word) ?? (found.set(word, make(word)), found.get(word))
const sound = once(new Map(), spell)
const stem = once(new Map(), word => ENDINGS.reduce((rest, ending) => rest.replace(ending, "$1"), singular(sound(word))))
const stemmed = text => ` ${split(text).map(stem).join(" ")} `

// One letter more, one less, another one, or two that changed places.
function near(one, other) {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const [a, b] = [one.slice(at), other.slice(at)]
  return a.slice(1) === b.slice(1) || a === b.slice(1) || a.slice(1) === b ||
    (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}

export function engine(pages) {
  const stems = new Map() // of each stem: its pages, and how much each means by it
  const heard = new Map() // of each word as it sounds: its stem
  const phrases = pages.map(page => page.names.split(",").map(stemmed).filter(one => one.trim().includes(" ")))
  const worth = pages.map(({ task, url }) => (task ? 1 : OTHERS) * (url.includes("#") ? PART : 1))
  pages.forEach((page, number) => {
    for (const [name, weight] of Object.entries(FIELDS)) {
      for (const word of split(page[name])) {
        const root = stem(word)
        heard.set(sound(word), root)
        if (!stems.has(root)) stems.set(root, new Map())
        const found = stems.get(root)
        found.set(number, Math.max(weight, found.get(number) ?? 0))
      }
    }
  })
  const alike = test => [...heard].filter(([word, root]) => test(word, root)).map(([, root]) => root)

  // The stems that a word of the question may mean, each with how sure that is.
  function meant(word, last) {
    const root = stem(word), heardAs = sound(word), sure = new Map()
    const begins = () => alike(other => other.startsWith(heardAs))
    if (last && heardAs.length > 2) begins().forEach(one => sure.set(one, .6))
    if (stems.has(root)) sure.set(root, 1)
    if (!sure.size && heardAs.length > 4) {
      const close = alike((other, its) => near(heardAs, other) || (root.length > 4 && near(root, its)))
      ;(close.length ? close : begins()).forEach(one => sure.set(one, .5))
    }
    return sure
  }

  // Without the words that say nothing; two that are one word in the pages («contra seña») are joined.
  function asked(question) {
    const words = split(question)
    for (let at = 0; at < words.length - 1; at++) {
      const [one, next] = words.slice(at)
      if (!STOP.has(next) && heard.has(sound(one + next))) words.splice(at, 2, one + next)
    }
    const kept = words.filter(word => !STOP.has(word))
    return kept.length ? kept : words
  }

  // The pages that answer best, once each, whatever part of them does it.
  return question => {
    const words = asked(question)
    const score = new Map(), share = new Map()
    let total = 0
    words.forEach((word, at) => {
      const best = new Map()
      let rare = 0
      for (const [root, sure] of meant(word, at === words.length - 1)) {
        const found = stems.get(root)
        const rarity = Math.log(1 + pages.length / found.size)
        rare = Math.max(rare, rarity)
        for (const [page, weight] of found)
          best.set(page, Math.max(best.get(page) ?? 0, weight * sure * rarity))
      }
      total += rare
      for (const [page, value] of best) {
        score.set(page, (score.get(page) ?? 0) + value)
        share.set(page, (share.get(page) ?? 0) + rare)
      }
    })
    const whole = stemmed(question)
    const ranked = [...score].map(([page, value]) => {
      const together = phrases[page].some(phrase => whole.includes(phrase)) ? PHRASE : 1
      return { ...pages[page], score: value * worth[page] * together * Math.sqrt(share.get(page) / total) }
    })
    ranked.sort((one, other) => other.score - one.score)
    const seen = new Set()
    return ranked.filter(({ url, score }) => {
      const path = url.replace(/#.*/, "")
      return score > ranked[0].score / 8 && !seen.has(path) && seen.add(path)
    })
  }
}

const loaded = new Map()

// Promises the function that searches the file at `address`, which is asked for once.
export function search(address) {
  const key = String(address)
  if (!loaded.has(key)) {
    const found = fetch(key).then(reply => reply.ok ? reply.json() : Promise.reject(reply.status)).then(engine)
    found.catch(() => loaded.delete(key))
    loaded.set(key, found)
  }
  return loaded.get(key)
}
