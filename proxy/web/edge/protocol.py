"""The protocol of the server: what is no HTTP never reaches the application."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from proxy.texts import TEXTS
from proxy.web.edge.headers import APP_POLICY, security_headers


def protocol(origin: str) -> type[HttpToolsProtocol]:
    """uvicorn's own, but its 400 has the headers of every answer (S11), and speaks Spanish."""
    fields = (
        *security_headers(APP_POLICY, origin),
        (b"cache-control", b"no-store"),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
    )

    class Protocol(HttpToolsProtocol):
        def send_400_response(self, msg: str) -> None:
            body = TEXTS["http.malformed"].encode()
            own = (*self.server_state.default_headers, *fields)
            head = [b"%s: %s\r\n" % field for field in own]
            head.append(b"content-length: %d\r\n\r\n" % len(body))
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + b"".join(head) + body)
            self.transport.close()

    return Protocol
