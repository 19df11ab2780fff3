"""What browsers report of the content policy (S57)."""

import logging

import pytest

from tests.web.visitor import Visitor

REPORT = [
    {
        "type": "csp-violation",
        "body": {
            "effectiveDirective": "script-src-elem",
            "blockedURL": "https://malo.example/robo.js?dni=40000001",
        },
    }
]


def test_a_report_is_one_line_with_the_rule_and_the_host_only(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "casilla.web")
    assert visitor.client.post("/csp", json=REPORT).status_code == 204
    (record,) = [one for one in caplog.records if one.message == "content policy"]
    assert record.detail == ["script-src-elem malo.example"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'[{"body": []}]', b"\xff", b'[{"body": {}}]', b"[" * 60_000]
)
def test_what_is_no_report_is_refused(visitor: Visitor, body: bytes) -> None:
    assert visitor.client.post("/csp", content=body).status_code == 400


def test_nobody_fills_the_log_with_reports(visitor: Visitor) -> None:
    statuses = [visitor.client.post("/csp", json=REPORT).status_code for _ in range(12)]
    assert statuses.count(204) == 10
    assert statuses[-1] == 429
