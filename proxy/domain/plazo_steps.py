"""The sentences of the arithmetic of a term, one a step."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from catalog.reading.effect import Unit
from catalog.reading.holidays import WEEK, Calendar
from proxy.texts import TEXTS

UNITS: dict[Unit, tuple[str, str]] = {
    "habiles": ("día hábil", "días hábiles"),
    "calendario": ("día calendario", "días calendario"),
    "horas": ("hora", "horas"),
    "meses": ("mes", "meses"),
    "anios": ("año", "años"),
}
Days = tuple[date, date]  # both included


def day_text(day: date) -> str:
    """«miércoles 16/04/2025»: as a wall calendar has it."""
    return f"{WEEK[day.weekday()]} {day:%d/%m/%Y}"


def time_text(at: datetime | time) -> str:
    return f"{at:%H:%M}"


def moment_text(at: date) -> str:
    """A day, or an instant with its hour."""
    return f"{day_text(at)} a las {time_text(at)}" if isinstance(at, datetime) else day_text(at)


def amount_text(amount: int, unit: Unit) -> str:
    return f"{amount} {UNITS[unit][amount != 1]}"


def listed(words: Sequence[str], joined: str = "y") -> str:
    *first, last = words
    return f"{', '.join(first)} {joined} {last}" if first else last


class Steps:
    """What was said, and whether a day that nobody verified was named in it."""

    def __init__(self, calendar: Calendar, official: str) -> None:
        self.said: list[str] = []
        self.official = official
        self.unverified = False
        self._calendar = calendar

    def say(self, code: str, *, skipped: Days | None = None, **values: object) -> None:
        """Days and times in the way of people; `skipped` tells the days that do not count."""
        told = {name: self._told(name, value) for name, value in values.items()}
        told["skipped"] = self._skipped(skipped) if skipped else ""
        self.said.append(TEXTS[code].format(**told))

    def why(self, day: date) -> str:
        """Why it is no business day: its holiday, or the day of the week."""
        off = self._calendar.days.get(day)
        if off is None:
            return WEEK[day.weekday()]
        self.unverified = self.unverified or not off.verified
        return f"{off.name}, {off.norm}"

    def _told(self, name: str, value: object) -> object:
        if name == "norm":
            return f" ({value})" if value else ""
        if name in ("time", "from_time") and isinstance(value, datetime | time):
            return time_text(value)
        return day_text(value) if isinstance(value, date) else value

    def _skipped(self, days: Days) -> str:
        first, last = days
        every = [first + timedelta(n) for n in range((last - first).days + 1)]
        off = [day for day in every if not self._calendar.works(day)]
        weekly = sorted({day.weekday() for day in off} - self._calendar.weekdays)
        words = [f"los {listed([_plural(WEEK[day]) for day in weekly])}"] if weekly else []
        words += [
            f"{day_text(day)} ({self.why(day)})"
            for day in off
            if day.weekday() in self._calendar.weekdays
        ]
        return TEXTS["plazo.skipped"].format(days="; ".join(words)) if words else ""


def _plural(weekday: str) -> str:
    return weekday if weekday.endswith("s") else f"{weekday}s"
