"""What is no HTTP is answered with the headers of every other answer: S11, S56–S59."""

import json
import socket
import threading

import pytest
import uvicorn

from proxy.app import create_app
from proxy.installation import Installation
from proxy.web.api.problems import to_no_http
from proxy.web.edge.headers import APP_POLICY, SECURITY_HEADERS
from proxy.web.edge.protocol import protocol
from tests.web.served import reply
from tests.web.visitor import ORIGIN

WRONG = [
    b"hola\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /api/v1/eventos?desde=0 HTTP/1.1\r\nHost: casilla.test\r\nContent-Length: x\r\n\r\n",
    b"GET /casilla/ HTTP/1.1\r\nHost: casilla.test\r\nContent-Length: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS, to a port without
]


@pytest.mark.parametrize("sent", WRONG)
def test_what_is_no_http_gets_every_header_and_a_sentence(
    installation: Installation, sent: bytes
) -> None:
    app = create_app(installation)
    config = uvicorn.Config(
        app,
        http=protocol(ORIGIN, to_no_http(ORIGIN)),
        lifespan="off",
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            with socket.create_connection(listening.getsockname(), timeout=20) as connection:
                connection.sendall(sent)
                received = b"".join(iter(lambda: connection.recv(65536), b""))
        finally:
            server.should_exit = True
            thread.join()
    answer = reply(received)
    assert answer.status == 400
    wanted = SECURITY_HEADERS | {
        "content-security-policy": APP_POLICY,
        "cache-control": "no-store",
        "connection": "close",
    }
    assert wanted.items() <= answer.headers.items()
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.body)
    if b" /api/" in sent:
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.body)["codigo"] == "peticion.mal_formada"
    else:
        assert "no entendió" in answer.body.decode()
