"""When a notificacion takes effect: rules as data, each with its norm, version and procedures."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from catalog.reading.holidays import Odd
from catalog.reading.kinds import Clock, Day, Identifier, Many, Sheet, Text, YesNo

Unit = Literal["habiles", "calendario", "horas", "meses", "anios"]
BusinessDays = Annotated[int, Field(ge=1, le=30)]
LEAST_HOURS = 8  # in a row (LPAG 138.1)


class OfficeHours(Sheet):
    desde: Clock
    hasta: Clock


class Procedure(Sheet):
    id: Identifier
    nombre: Text


class Rule(Sheet):
    """One version of a rule. The versions of a rule follow one another without a gap."""

    id: Identifier
    version: Text
    nombre: Text
    resumen: Text = Field(description="Una oración para el ciudadano")
    norma: Text
    verificado: YesNo = Field(description="«sí» cuando alguien leyó la norma en El Peruano")
    vigente_desde: Day
    vigente_hasta: Day | None = Field(None, description="El último día, si ya se conoce")
    procedimientos: tuple[Identifier, ...] = Field(
        strict=False, description="Los que rige: ids de «procedimientos», o [] si ninguno"
    )
    base: Literal["deposito", "acuse"] = Field(description="De qué hecho depende el efecto")
    horario: Literal["oficina", "todas-las-horas"]
    oficina: OfficeHours | None = Field(None, description="Solo con «horario: oficina»")
    fuera_de_horario: Literal["siguiente-habil", "mismo-dia"]
    dias: int = Field(ge=0, le=60, description="Cuántos hay para el acuse; 0 si no se espera")
    unidad: Literal["habiles", "calendario"] = Field(description="Cómo se cuentan esos días")
    sin_acuse: Literal["ultimo-dia", "dia-siguiente"] | None = Field(
        None, description="Qué día surte efecto si nadie abrió. Solo con «base: acuse»"
    )
    inicio: Literal["siguiente-habil", "siguiente-calendario"] = Field(
        description="Desde qué día corre un plazo en días"
    )
    unidades: Many[Unit] = Field(description="Las unidades de los plazos que esta regla admite")
    ultimo_dia: Literal["siguiente-habil", "sin-cambio"] = Field(
        description="Qué pasa si un plazo termina en día inhábil"
    )
    cierre: Clock | None = Field(None, description="Hora en que vence un plazo en días, si la hay")
    distancia: Literal["habiles", "calendario"] = Field(
        description="Cómo se agregan los días del término de la distancia"
    )

    def holds(self, day: date) -> bool:
        return self.vigente_desde <= day <= (self.vigente_hasta or date.max)


class Reminders(Sheet):
    """When an owner who has not opened a notificacion is told again, by e-mail."""

    despues_del_deposito: tuple[BusinessDays, ...] = Field(
        (1, 3, 4), strict=False, description="Cuántos días hábiles después; [] si ninguno"
    )
    antes_de_vencer: BusinessDays | None = Field(
        1, description="Cuántos días hábiles antes de que venza un plazo, si se recuerda"
    )
    horas_antes: int = Field(
        12, ge=1, le=72, description="Lo mismo si el plazo es en horas; a lo más, la mitad de él"
    )
    hora: Clock = Field("09:00", description="A qué hora del día, salvo si el plazo es en horas")


class EffectSheet(Sheet):
    calendario: Identifier = Field(description="El de la entidad: un id de holidays.yml")
    procedimientos: Many[Procedure]
    reglas: Many[Rule]
    recordatorios: Reminders = Field(
        Reminders(), description="Los correos a quien todavía no abrió una notificación"
    )

    @cached_property
    def choices(self) -> dict[str, str]:
        """For a form: each procedure, then the rules that govern none, by what they are called."""
        found = {row.id: row.nombre for row in self.procedimientos}
        return found | {rule.id: rule.nombre for rule in self.reglas if not rule.procedimientos}

    def names(self, rule: Rule) -> list[str]:
        return [row.nombre for row in self.procedimientos if row.id in rule.procedimientos]

    @cached_property
    def by_acuse(self) -> bool:
        """Whether opening a notificacion may change when it takes effect."""
        return any(rule.base == "acuse" and rule.procedimientos for rule in self.reglas)

    def named(self, rule_id: str) -> tuple[Rule, ...]:
        """Its versions, the oldest first."""
        found = (rule for rule in self.reglas if rule.id == rule_id)
        return tuple(sorted(found, key=lambda rule: rule.vigente_desde))

    def governing(self, procedure: str, day: date) -> Rule | None:
        found = (rule for rule in self.reglas if procedure in rule.procedimientos)
        return next((rule for rule in found if rule.holds(day)), None)


def odd(sheet: EffectSheet) -> Odd:
    """What no single value of the sheet tells."""
    known = {row.id for row in sheet.procedimientos}
    for index, rule in enumerate(sheet.reglas):
        for at, name in enumerate(rule.procedimientos):
            if name not in known:
                yield (
                    ("reglas", index, "procedimientos", at),
                    f"«{name}» no está en «procedimientos»: agréguelo ahí o corrija la palabra",
                )
        yield from _odd_rule(index, rule)
    yield from _gaps(sheet)
    yield from _governed_twice(sheet)
    ruled = {name for rule in sheet.reglas for name in rule.procedimientos}
    for index, row in enumerate(sheet.procedimientos):
        if row.id not in ruled:
            yield (
                ("procedimientos", index, "id"),
                f"ninguna regla rige «{row.id}»: agréguelo a los «procedimientos» de una",
            )


def _odd_rule(index: int, rule: Rule) -> Odd:
    at: tuple[str | int, ...] = ("reglas", index)
    if rule.vigente_hasta and rule.vigente_hasta < rule.vigente_desde:
        yield (*at, "vigente_hasta"), "«vigente_hasta» no puede ser antes de «vigente_desde»"
    if (rule.horario == "oficina") != (rule.oficina is not None):
        yield (
            (*at, "horario"),
            "con «horario: oficina» ponga «oficina» con sus horas; con todas-las-horas, quítela",
        )
    if (rule.horario == "oficina") != (rule.fuera_de_horario == "siguiente-habil"):
        yield (
            (*at, "fuera_de_horario"),
            "«siguiente-habil» va con «horario: oficina», y «mismo-dia», con todas-las-horas",
        )
    if rule.oficina and _minutes(rule.oficina.hasta) - _minutes(rule.oficina.desde) < (
        LEAST_HOURS * 60
    ):
        yield (
            (*at, "oficina"),
            f"la atención debe durar {LEAST_HOURS} horas seguidas o más (Ley N.° 27444, 138.1)",
        )
    if (rule.base == "acuse") != (rule.dias > 0) or (rule.base == "acuse") != bool(rule.sin_acuse):
        yield (
            (*at, "base"),
            "con «base: acuse» ponga «dias» de 1 a 60 y «sin_acuse»; con deposito, «dias: 0»",
        )


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _indexed(sheet: EffectSheet) -> Iterator[list[tuple[int, Rule]]]:
    """The versions of each rule, the oldest first."""
    for name in dict.fromkeys(rule.id for rule in sheet.reglas):
        found = [(index, rule) for index, rule in enumerate(sheet.reglas) if rule.id == name]
        yield sorted(found, key=lambda row: row[1].vigente_desde)


def _gaps(sheet: EffectSheet) -> Odd:
    for versions in _indexed(sheet):
        seen: set[str] = set()
        for index, rule in versions:
            if rule.version in seen:
                yield (
                    ("reglas", index, "version"),
                    f"la versión {rule.version} de «{rule.id}» está repetida",
                )
            seen.add(rule.version)
        for (_, before), (index, after) in pairwise(versions):
            if before.vigente_hasta is None or before.vigente_hasta >= after.vigente_desde:
                wrong = "dos versiones rigen a la vez"
            elif before.vigente_hasta + timedelta(days=1) < after.vigente_desde:
                wrong = "entre dos versiones hay días sin regla"
            else:
                continue
            yield (
                ("reglas", index, "vigente_desde"),
                f"en «{rule.id}» {wrong}: la versión {before.version} debe terminar («vigente_"
                f"hasta») el día antes de que empiece la {after.version}",
            )


def _governed_twice(sheet: EffectSheet) -> Odd:
    for index, rule in enumerate(sheet.reglas):
        for other in sheet.reglas[:index]:
            if rule.id == other.id or not (
                rule.holds(other.vigente_desde) or other.holds(rule.vigente_desde)
            ):
                continue
            for at, name in enumerate(rule.procedimientos):
                if name in other.procedimientos:
                    yield (
                        ("reglas", index, "procedimientos", at),
                        f"«{name}» ya lo rige «{other.id}» en esas fechas: deje una sola regla",
                    )
