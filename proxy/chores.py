"""What a worker does besides sending messages: to have riddles ready before anybody asks."""

import asyncio
import logging
from threading import Event

from proxy.flows import captcha
from proxy.installation import Installation

logger = logging.getLogger("casilla.chores")

PAUSE = 2.0  # seconds between looks at whether something is lacking


async def do_chores(installation: Installation, stop: Event) -> None:
    """Until `stop` is set. Nothing that goes wrong ends it."""
    while not stop.is_set():
        try:
            made = await asyncio.to_thread(captcha.refill, installation.db)
        except Exception as error:
            logger.error("the riddles cannot be made", extra={"detail": type(error).__name__})
            made = 0
        if not made:
            await asyncio.to_thread(stop.wait, PAUSE)
