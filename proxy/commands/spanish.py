"""Typer in Spanish: its help and what it says about wrong usage."""

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from proxy.texts import TEXTS

WORDS = {
    "Usage:": "Uso:",
    "Options:": "Opciones:",
    "Commands:": "Comandos:",
    "Arguments:": "Argumentos:",
    "[OPTIONS]": "[OPCIONES]",
    "COMMAND [ARGS]...": "COMANDO …",
    "Show this message and exit.": "Muestra esta ayuda.",
    "[required]": "[obligatorio]",
    "[default: ": "[si falta: ",
}

BRACES = re.compile(r"\{([A-ZÚ]+)\}")  # around an argument that must be given
TYPES = re.compile(r" <[a-z ]+>(?=  )|  \[x>=\d+\]")  # of an argument, in words of a programmer
RANGE = re.compile(r"\[(\d+)<=x<=(\d+)(?:; (required))?\]")


class Misuse(typer.BadParameter):
    """Wrong usage that needs a sentence of its own."""

    def __init__(self, code: str, context: Any, **data: object) -> None:
        super().__init__(TEXTS[code].format(**data), context)


class Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return list(super().parse_args(ctx, args))
        except typer.TyperException as error:
            # The error of an option without its value does not name the command.
            vars(error)["ctx"] = getattr(error, "ctx", None) or ctx
            raise

    def get_help(self, ctx: Any) -> str:
        return _translated(super().get_help(ctx))


class Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return _translated(super().get_help(ctx))


def wrong_usage(error: typer.TyperException) -> str:
    if error.message.startswith(WORDS["Usage:"]):
        return error.message  # nothing was typed: the whole help
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "casilla"
    return f"{_fault(error, context)} Vea «{path} --help»."


def _fault(error: typer.TyperException, context: Any) -> str:
    if option := getattr(error, "option_name", None):
        unknown = hasattr(error, "possibilities")
        return f"No existe la opción {option}." if unknown else f"A {option} le falta su valor."
    if isinstance(error, Misuse):
        return error.message
    if isinstance(error, typer.BadParameter):
        name = _shown(error.param) if error.param else "un dato"
        return f"El valor de {name} no vale." if error.message else f"Falta {name}."
    if context and isinstance(context.command, TyperGroup):
        return "No existe ese comando."
    return "Sobran palabras en la línea."


def _shown(param: Any) -> str:
    return str(param.metavar if param.param_type_name == "argument" else param.opts[0])


def _translated(text: str) -> str:
    for english, spanish in WORDS.items():
        text = text.replace(english, spanish)
    return RANGE.sub(_range, TYPES.sub("", BRACES.sub(r"\1", text)))


def _range(found: re.Match[str]) -> str:
    return f"[de {found[1]} a {found[2]}{'; obligatorio' if found[3] else ''}]"
