"""A body that comes too slowly: X6, S69."""

from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message

from proxy.errors import Refusal
from proxy.web.api import body


def test_a_body_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds copies on the disk, and a byte now and then would hold them for ever."""
    monkeypatch.setattr(body, "PATIENCE", 0.3)

    async def drip() -> Message:
        await anyio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> int:
        request, size = Request({"type": "http", "headers": []}, drip), 0
        with pytest.raises(Refusal) as refused:
            async for chunk in body._chunks(request):
                size += len(chunk)
                assert size < 100
        assert refused.value.code == "api.slow"
        return size

    with ThreadPoolExecutor(1) as thread:  # the browser's tests keep a loop running in this one
        assert thread.submit(anyio.run, read).result() > 0
