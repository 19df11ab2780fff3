"""What people are told, by code. Each sentence says what happened and what to do next."""

from proxy.texts.citizens import CITIZENS
from proxy.texts.constancias import CONSTANCIAS
from proxy.texts.operators import OPERATORS
from proxy.texts.plazos import PLAZOS
from proxy.texts.systems import SYSTEMS
from proxy.texts.timeline import TIMELINE

TEXTS = {**CITIZENS, **OPERATORS, **PLAZOS, **CONSTANCIAS, **SYSTEMS, **TIMELINE}
