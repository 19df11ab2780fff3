"""A real authority of time, of this machine: it stamps what it is asked, as RFC 3161 says."""

import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from proxy.keys.seal_file import SealKey

Stamp = Callable[[tsp.TimeStampReq], tsp.TimeStampResp]


def right(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    return stamp(question)


def stamper(held: SealKey, at: datetime) -> DummyTimeStamper:
    return DummyTimeStamper(
        x509.Certificate.load(held.certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(
            held.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        fixed_dt=at,
    )


class Authority:
    def __init__(
        self,
        held: SealKey,
        at: datetime,
        answer: Callable[[Stamp, tsp.TimeStampReq], tsp.TimeStampResp] = right,
    ) -> None:
        """`answer` may spoil what the authority would say."""
        self._answer = answer
        self._stamper = stamper(held, at)
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/tsa"

    def __enter__(self) -> "Authority":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _stamp(self, asked: bytes) -> bytes:
        reply = self._answer(self._stamper.request_tsa_response, tsp.TimeStampReq.load(asked))
        return bytes(reply.dump())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.asked.append(self.headers["Content-Type"])
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                said = authority._stamp(asked)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
