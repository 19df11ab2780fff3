"""The command `casilla`, one file a subject. Its sentences join those that everybody reads."""

from proxy.commands.texts import OPERATION
from proxy.texts import TEXTS

TEXTS |= OPERATION
