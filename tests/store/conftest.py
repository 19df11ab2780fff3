"""The store is tested on the same databases and people as the flows."""

from tests.flows.conftest import bruno, clock, comercial_sur, db, rosa

__all__ = ["bruno", "clock", "comercial_sur", "db", "rosa"]
