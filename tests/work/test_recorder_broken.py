"""A mark that somebody takes away or puts back while the worker runs: S69."""

import logging

import pytest

from proxy.installation import Installation
from proxy.keys.mark import path_of_mark
from proxy.work.recorder import Recorder
from tests.work.test_recorder import note, place  # noqa: F401


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "older"])
def test_a_mark_that_goes_back_under_a_running_worker_is_said(
    place: Installation,
    caplog: pytest.LogCaptureFixture,
    gone: bool,  # noqa: F811
) -> None:
    caplog.set_level(logging.INFO, "casilla.record")
    recorder = Recorder(place)
    recorder.advance()
    path = path_of_mark(place.settings.keys_file)
    older = path.read_text()
    note(place, 3)
    recorder.advance()
    if gone:
        path.unlink()
    else:
        path.write_text(older)
    recorder.advance()
    assert [one for one in caplog.records if one.levelno >= logging.WARNING]
