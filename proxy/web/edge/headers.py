"""The security headers of every answer (S56–S59), and the layer that adds them."""

from http import HTTPStatus

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fields = tuple[tuple[bytes, bytes], ...]

# Scripts, styles, fonts and data come from here and from nowhere else; nothing is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
)
APP_POLICY = POLICY + "require-trusted-types-for 'script'; report-to csp"
# The search of the site runs in a worker, and the theme's bundle writes HTML without trusted types.
STATIC_POLICY = POLICY + "worker-src 'self'; report-to csp"

# Only features that Chromium knows: it warns in the console about any other name.
FEATURES_OFF = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "clipboard-read",
        "clipboard-write",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "storage-access",
        "usb",
        "window-management",
        "xr-spatial-tracking",
    )
)

SECURITY_HEADERS = {
    "reporting-endpoints": 'csp="/csp"',
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "x-frame-options": "DENY",
    "permissions-policy": FEATURES_OFF,
    # Not no-referrer: with it the page's own forms are sent with «Origin: null».
    "referrer-policy": "same-origin",
}

# Two years. Only the entity may ask for `preload`: to undo it takes months.
HSTS = "max-age=63072000; includeSubDomains"


def security_headers(policy: str, origin: str) -> Fields:
    values = {"content-security-policy": policy} | SECURITY_HEADERS
    if origin.startswith("https://"):
        values["strict-transport-security"] = HSTS
    return tuple((name.encode(), value.encode()) for name, value in values.items())


class Headers:
    """Adds to each answer of `app` the headers that `app` did not set.

    No browser and no proxy may keep an answer of the casilla unless its handler says so: the next
    person may use the same computer.
    """

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        self.fields = (*security_headers(APP_POLICY, origin), (b"cache-control", b"no-store"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                added = [field for field in self.fields if field[0] not in names]
                message = {**message, "headers": own + added}
            await send(message)

        await self.app(scope, receive, complete)


class OwnRedirects:
    """Redirects an address without its last slash to a path: the router would redirect to a whole
    address, with the `Host` of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shortened(message: Message) -> None:
            if message.get("status") == HTTPStatus.TEMPORARY_REDIRECT:
                headers = MutableHeaders(scope=message)
                address = URL(headers["location"])
                headers["location"] = str(address.replace(scheme="", netloc=""))
            await send(message)

        await self.app(scope, receive, shortened)
