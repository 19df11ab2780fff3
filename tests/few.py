"""A limit with another number, so that a test need not try a thousand times."""

import pytest

from proxy.domain import limits


def few(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    _, *others = limits.TABLE[name]
    monkeypatch.setitem(limits.TABLE, name, (times, *others))
