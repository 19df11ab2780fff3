"""The protocol of the server: what is no HTTP never reaches the application."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from proxy.texts import TEXTS
from proxy.web.edge.guards import of_api
from proxy.web.edge.headers import APP_POLICY, security_headers

PAGES = (b"text/plain; charset=utf-8", TEXTS["http.malformed"].encode())


def protocol(origin: str, to_api: tuple[bytes, bytes]) -> type[HttpToolsProtocol]:
    """uvicorn's own, but its 400 has the headers of every answer (S11), and speaks Spanish.

    `to_api`: the type and the body for whoever asked an address of the API, as far as one knows.
    """
    fields = (
        *security_headers(APP_POLICY, origin),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    )

    class Protocol(HttpToolsProtocol):
        def send_400_response(self, msg: str) -> None:
            path = getattr(self, "url", b"").partition(b"?")[0]
            kind, body = to_api if of_api(path.decode("latin-1")) else PAGES
            own = (*self.server_state.default_headers, *fields, (b"content-type", kind))
            head = [b"%s: %s\r\n" % field for field in own]
            head.append(b"content-length: %d\r\n\r\n" % len(body))
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + b"".join(head) + body)
            self.transport.close()

    return Protocol
