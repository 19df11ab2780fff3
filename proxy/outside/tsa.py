"""Asks an authority for the time of a seal, as RFC 3161 says it."""

from proxy.outside import request
from proxy.outside.request import NoReply

KIND = "application/timestamp-reply"
ASKED = {"Content-Type": "application/timestamp-query", "Accept": KIND}
LARGEST = 64 * 1024  # bytes of an answer, with the chain of the authority
CONNECT_SECONDS = 5
SECONDS = 20


class TimeAuthority:
    """Only a digest leaves this machine. Raises NoReply."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, question: bytes) -> bytes:
        reply = request.ask(
            self._url,
            question,
            ASKED,
            connect_seconds=CONNECT_SECONDS,
            seconds=SECONDS,
            most=LARGEST,
        )
        if reply.status != 200 or reply.kind != KIND:
            raise NoReply(f"status {reply.status}", slow=False)
        return reply.said
