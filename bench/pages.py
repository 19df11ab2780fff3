"""What ten pages weigh and how soon they show, on a first visit with a phone.

`casilla servir` sends the built site, compressed as it is in production, to the system's Chromium,
which has the network and the processor that Lighthouse gives to a phone: 1.6 Mbit/s, 150 ms, and a
quarter of this processor. Bytes are those of the network, headers too. First paint and layout shift
are wanted as «good» by web.dev/articles/vitals; what nothing shifts counts 0.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import figures
from bench.casilla_server import install, serving
from proxy.commands.site import MKDOCS, publish

PORT = 8946
SITE, CASILLA = 90, 20  # kilobytes, of 1,000
PAGES = {
    "/": SITE,
    "/catalogo/": SITE,
    "/catalogo/consulta-web-administrativa/": SITE,
    "/catalogo/organizaciones-politicas-y-candidatos/": SITE,
    "/guias/ingresar-a-su-casilla/": SITE,
    "/guias/crear-su-casilla/": SITE,
    "/preguntas/": SITE,
    "/casilla/ingresar/": CASILLA,
    "/casilla/recuperar/": CASILLA,
    "/casilla/registro/": CASILLA,
}
PHONE = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 3, "is_mobile": True}
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SHIFT = """new Promise(done => {
    let sum = 0
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value
    }).observe({ type: "layout-shift", buffered: true })
    setTimeout(() => done(sum), 300)
})"""


def visit(browser: Browser, address: str) -> tuple[float, int, float, float]:
    """Kilobytes, requests, seconds to the first paint and layout shift, with nothing kept."""
    context = browser.new_context(**PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    network = context.new_cdp_session(page)
    weights: list[float] = []
    network.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", NETWORK)
    network.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle")
    paint, shift = page.evaluate(PAINT) / 1000, page.evaluate(SHIFT)
    context.close()
    return sum(weights) / 1000, len(weights), paint, shift


def main() -> None:
    if figures.lacks("pages", "chromium"):
        return
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        settings = install(Path(name), PORT).settings
        publish(MKDOCS, settings)
        flags = ["--no-sandbox", "--disable-gpu"]
        with serving(settings, PORT):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=flags
            )
            for path, wanted in list(PAGES.items())[:: 5 if figures.QUICK else 1]:
                weight, requests, paint, shift = visit(browser, f"{settings.origin}{path}")
                line = f"{path}: {weight:.1f} KB in {requests} requests"
                figures.at_most(wanted, weight, line)
                figures.at_most(1.8, paint, f"{path}: first paint after {paint:.2f} s")
                figures.at_most(0.1, shift, f"{path}: layout shift {shift:.3f}")
            browser.close()


if __name__ == "__main__":
    main()
