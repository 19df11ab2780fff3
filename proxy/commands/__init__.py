"""The command `casilla`, one file for each subject. Its sentences join those of `proxy.texts`."""

from proxy.commands.texts import OPERATION
from proxy.texts import TEXTS

TEXTS |= OPERATION
