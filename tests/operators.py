"""Two people of the entity, each an OS user. Neither exists."""

from proxy.domain.actor import Actor

ANA = Actor("operator", "ana")
LUIS = Actor("operator", "luis")
TWO = ("Ana Torres Ficticia", "Luis Vega Ficticio")
