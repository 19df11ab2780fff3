"""The validator of JSON Schema, without a reader of addresses that takes three seconds to import.

Nobody here checks the format of an address, and every process of the tests imports all of them.
"""

import sys

import pytest

with pytest.MonkeyPatch.context() as patch:
    patch.setitem(sys.modules, "rfc3987_syntax", None)
    from jsonschema import Draft202012Validator

__all__ = ["Draft202012Validator"]
