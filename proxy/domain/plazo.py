"""When a notificacion takes effect and when a term ends: the arithmetic of the rules as data.

Pure: nothing here asks what time it is, nor where the machine stands. Each step is also a sentence,
so that a person can follow it with a wall calendar.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalog.reading.effect import Rule, Unit
from catalog.reading.holidays import Calendar
from proxy.domain.plazo_steps import UNITS, Days, Steps, amount_text, day_text, listed
from proxy.errors import Refusal

ONE = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    amount: int
    unit: Unit


@dataclass(frozen=True)
class Distance:
    """Término de la distancia: days by where the addressee lives, and their table (L29)."""

    days: int
    norm: str | None = None


@dataclass(frozen=True)
class Later:
    """The act itself lets the count begin later (L26)."""

    day: date
    norm: str | None = None


@dataclass(frozen=True)
class Extension:
    """More time, that the entity gave once, before the term ended (L30)."""

    term: Term
    norm: str | None = None


@dataclass(frozen=True)
class Question:
    deposited: datetime
    read: datetime | None = None  # the acuse
    term: Term | None = None
    distance: Distance | None = None
    not_before: Later | None = None
    closed: frozenset[date] = frozenset()  # days on which the office did not attend (L27)
    extension: Extension | None = None


@dataclass(frozen=True)
class Answer:
    """Days, or instants where the unit of the term is hours."""

    notified: date
    effective: date
    starts: date
    ends: date | None
    steps: tuple[str, ...]
    rule: Rule
    calendar: Calendar

    def as_dict(self) -> dict[str, object]:
        return {
            "notificado": self.notified.isoformat(),
            "surte_efecto": self.effective.isoformat(),
            "inicio_computo": self.starts.isoformat(),
            "vence": self.ends.isoformat() if self.ends else None,
            "pasos": list(self.steps),
            "regla": self.rule.id,
            "version_regla": self.rule.version,
            "calendario": self.calendar.id,
            "version_calendario": self.calendar.version,
        }


def reckon(
    question: Question, rule: Rule, calendar: Calendar, zone: ZoneInfo, official: str
) -> Answer:
    """Refuses what lies outside the calendar: no date is better than a wrong one."""
    return _Reckoning(question, rule, calendar, zone, official).answer()


def last_to_open(deposited: datetime, rule: Rule, calendar: Calendar, zone: ZoneInfo) -> date:
    """The last day to open it in time, for a rule that waits. Refuses what lies outside of the
    calendar."""
    one = _Reckoning(Question(deposited), rule, calendar, zone, "")
    return one._wait(one._received(deposited.astimezone(zone)))


class _Reckoning:
    def __init__(
        self, question: Question, rule: Rule, calendar: Calendar, zone: ZoneInfo, official: str
    ) -> None:
        self.asked, self.rule, self.calendar, self.zone = question, rule, calendar, zone
        self.steps = Steps(calendar, official)
        self.last = calendar.first  # the last day about which the calendar was asked
        for term in (question.term, question.extension and question.extension.term):
            if term and term.unit not in rule.unidades:
                known = listed([UNITS[unit][1] for unit in rule.unidades], "o")
                raise Refusal("plazo.unit", rule=rule.id, unit=UNITS[term.unit][1], known=known)
        if question.read and question.read < question.deposited:
            raise Refusal("plazo.read_before")

    def answer(self) -> Answer:
        asked, steps = self.asked, self.steps
        deposited = asked.deposited.astimezone(self.zone)
        steps.say("plazo.deposited", day=deposited, time=deposited, official=steps.official)
        notified: date = self._received(deposited)
        effective: date
        starts: date
        ends: date | None
        if asked.term and asked.term.unit == "horas":
            notified = effective = deposited
            steps.say("plazo.effective_at", day=deposited, time=deposited)
            starts, ends = self._hours(deposited, asked.term)
        else:
            effective = self._effective(notified)
            starts, ends = self._days(effective)
        self._sources(deposited.date())
        return Answer(
            notified, effective, starts, ends, tuple(steps.said), self.rule, self.calendar
        )

    # Days of the calendar.

    def _covered(self, day: date) -> date:
        if not self.calendar.covers(day):
            first, last = self.calendar.first, self.calendar.last
            raise Refusal(
                "plazo.range",
                name=self.calendar.name,
                first=day_text(first),
                last=day_text(last),
            )
        return day

    def _works(self, day: date) -> bool:
        self.last = max(self.last, self._covered(day))
        return self.calendar.works(day)

    def _working(self, day: date) -> date:
        """The first business day from `day` on, that day included."""
        while not self._works(day):
            day += ONE
        return day

    def _working_days(self, first: date, count: int) -> date:
        """The last of `count` business days, of which `first` is the first one."""
        day = self._working(first)
        for _ in range(count - 1):
            day = self._working(day + ONE)
        return day

    def _plus(self, day: date, days: int) -> date:
        try:
            return self._covered(day + timedelta(days))
        except OverflowError:
            return self._covered(date.max)

    # The deposit, and what makes it take effect.

    def _received(self, at: datetime, *, tell: bool = True) -> date:
        """The business day for which it counts (L20); a rule of all hours takes any day."""
        day, hours = at.date(), self.rule.oficina
        if hours is None:
            if tell:
                self.steps.say("plazo.any_hour")
            return self._covered(day)
        works = self._works(day)
        # The minute of closing still counts: a person sees 16:30, whatever the seconds.
        if works and at.time().replace(second=0, microsecond=0) <= time.fromisoformat(hours.hasta):
            if tell:
                self.steps.say("plazo.in_hours", closes=hours.hasta)
            return day
        following = self._working(day + ONE)
        if tell:
            code = "plazo.after_hours" if works else "plazo.day_off"
            first = day + ONE if works else day
            self.steps.say(code, closes=hours.hasta, next=following, skipped=(first, following))
        return following

    def _effective(self, notified: date) -> date:
        if self.rule.base == "deposito":
            if self.asked.read:
                self.steps.say("plazo.read_no_matter")
            self.steps.say("plazo.effective", day=notified)
            return notified
        last = self._wait(notified)
        by_rule = self._working(last + ONE) if self.rule.sin_acuse == "dia-siguiente" else last
        if self.asked.read is None:
            code = "plazo.unread_last" if by_rule == last else "plazo.unread_next"
            self.steps.say(code, effective=by_rule, skipped=(last + ONE, by_rule))
            return by_rule
        read = self.asked.read.astimezone(self.zone)
        day = by_rule + ONE if read.date() > by_rule else self._received(read, tell=False)
        if day > by_rule:
            self.steps.say("plazo.read_after", day=read, time=read, effective=by_rule)
            return by_rule
        # L1: who opens it at night or on a Sunday is notified on the next business day.
        code = "plazo.read" if day == read.date() else "plazo.read_late"
        self.steps.say(code, day=read, time=read, effective=day)
        return day

    def _wait(self, notified: date) -> date:
        """The last day to open it in time."""
        working = self.rule.unidad == "habiles"
        first = self._working(notified + ONE) if working else notified + ONE
        count = self.rule.dias
        last = self._working_days(first, count) if working else self._plus(first, count - 1)
        skipped = (notified + ONE, last) if working else None
        amount = amount_text(count, self.rule.unidad)
        self.steps.say("plazo.wait", amount=amount, first=first, last=last, skipped=skipped)
        while last in self.asked.closed:
            closed, last = last, self._working(last + ONE)
            self.steps.say("plazo.wait_closed", day=closed, last=last)
        return last

    # The term.

    def _days(self, effective: date) -> tuple[date, date | None]:
        """Where the count starts and where the term ends, if there is one."""
        term = self.asked.term
        if term and term.unit in ("meses", "anios"):
            # LPAG 133.2: these run from the day of the notice itself, not from the next one.
            starts = self._later(effective, working=False)
            return starts, self._closing(self._months(starts, term))
        working = self.rule.inicio == "siguiente-habil"
        following = effective + ONE
        starts = self._working(following) if working else self._covered(following)
        code = "plazo.starts_working" if working else "plazo.starts_calendar"
        self.steps.say(code, day=starts, skipped=(following, starts))
        starts = self._later(starts, working=working)
        if term is None:
            return starts, None
        working = term.unit == "habiles"
        count = term.amount
        end = self._working_days(starts, count) if working else self._plus(starts, count - 1)
        code = "plazo.working_days" if working else "plazo.calendar_days"
        self._tell(code, term, starts, end, skipped=(starts, end) if working else None)
        return starts, self._closing(end)

    def _later(self, starts: date, *, working: bool) -> date:
        """L26: the act may only put it off."""
        later = self.asked.not_before
        if later is None or later.day <= starts:
            return starts
        day = self._working(later.day) if working else self._covered(later.day)
        self.steps.say("plazo.starts_later", norm=later.norm, day=day, skipped=(later.day, day))
        return day

    def _tell(
        self, code: str, term: Term, first: date, last: date, *, skipped: Days | None = None
    ) -> None:
        amount = amount_text(term.amount, term.unit)
        self.steps.say(code, amount=amount, first=first, last=last, skipped=skipped)

    def _months(self, first: date, term: Term) -> date:
        end, after = self._same_date(first, term)
        if after is None:
            self._tell("plazo.months", term, first, end)
        else:
            self._tell("plazo.no_such_day", term, first, end, skipped=(after, end))
        return end

    def _same_date(self, first: date, term: Term) -> tuple[date, date | None]:
        """From date to date; lacking that date, the first business day of the next month (L28),
        with the first day of that month."""
        months = term.amount * (12 if term.unit == "anios" else 1)
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        if year > date.max.year:
            return self._covered(date.max), None
        length = monthrange(year, month + 1)[1]
        if first.day <= length:
            return self._covered(date(year, month + 1, first.day)), None
        after = date(year, month + 1, length) + ONE
        return self._working(after), after

    def _closing(self, end: date) -> date:
        """Non-working last days, the distance, and days on which nobody attended (L10, L27)."""
        end = self._distant(self._attended(end, frozenset()))
        end = self._attended(end, self.asked.closed)
        end = self._extended(end)
        if self.rule.cierre:
            self.steps.say("plazo.ends_at", day=end, time=time.fromisoformat(self.rule.cierre))
        else:
            self.steps.say("plazo.ends", day=end)
        if self.asked.distance is None:
            self.steps.say("plazo.distance_unsaid")
        return end

    def _extended(self, end: date) -> date:
        """It runs from where the term ended: nothing of what was there is counted anew."""
        if self.asked.extension is None:
            return end
        term, norm = self.asked.extension.term, self.asked.extension.norm
        skipped = None
        if term.unit == "habiles":
            last = self._working_days(end + ONE, term.amount)
            skipped = (end + ONE, last)
        elif term.unit == "calendario":
            last = self._plus(end, term.amount)
        else:
            last, _ = self._same_date(end, term)
        amount = amount_text(term.amount, term.unit)
        self.steps.say(
            "plazo.extended", first=end, amount=amount, norm=norm, last=last, skipped=skipped
        )
        return self._attended(last, self.asked.closed)

    def _distant(self, end: date) -> date:
        distance = self.asked.distance
        if distance is None:
            return end
        if distance.days == 0:
            self.steps.say("plazo.distance_none", norm=distance.norm)
            return end
        following = end + ONE
        if self.rule.distancia == "habiles":
            end = self._working_days(following, distance.days)
            code = "plazo.distance_working"
        else:
            end = self._plus(end, distance.days)
            code = "plazo.distance_calendar"
        skipped = (following, end) if self.rule.distancia == "habiles" else None
        amount = amount_text(distance.days, self.rule.distancia)
        self.steps.say(code, norm=distance.norm, amount=amount, last=end, skipped=skipped)
        return end

    def _attended(self, end: date, closed: frozenset[date]) -> date:
        moves = self.rule.ultimo_dia == "siguiente-habil"
        while True:
            off = moves and not self._works(end)
            if not off and end not in closed:
                return end
            before, following = end, self._covered(end + ONE)
            end = self._working(following) if moves else following
            skipped = (following, end) if moves else None
            if off:
                why = self.steps.why(before)
                self.steps.say("plazo.moved", day=before, why=why, last=end, skipped=skipped)
            else:
                self.steps.say("plazo.closed", day=before, last=end, skipped=skipped)

    def _hours(self, deposited: datetime, term: Term) -> tuple[datetime, datetime]:
        """They run through nights and weekends from the instant itself."""
        starts, later, distance = deposited, self.asked.not_before, self.asked.distance
        if later and datetime.combine(later.day, time(), self.zone) > starts:
            starts = datetime.combine(self._covered(later.day), time(), self.zone)
            self.steps.say("plazo.starts_later", norm=later.norm, day=starts)
        self._plus(starts.date(), term.amount // 24)
        end = starts + timedelta(hours=term.amount)
        amount = amount_text(term.amount, term.unit)
        self.steps.say(
            "plazo.hours", amount=amount, first=starts, from_time=starts, last=end, time=end
        )
        if distance and distance.days:
            self._plus(end.date(), distance.days)
            end += timedelta(days=distance.days)
            amount = amount_text(distance.days, "calendario")
            self.steps.say("plazo.distance_calendar", norm=distance.norm, amount=amount, last=end)
        if more := self.asked.extension:
            before, end = end, end + timedelta(hours=more.term.amount)
            amount = amount_text(more.term.amount, more.term.unit)
            self.steps.say(
                "plazo.extended_hours", amount=amount, norm=more.norm,
                first=before, from_time=before, last=end, time=end,
            )  # fmt: skip
        if end.date() in self.asked.closed:
            # LPAG 134.2 moves a last day. To move an hour would give a shorter term more time
            # than a longer one that ends on the next morning.
            self.steps.say("plazo.closed_hours", day=end)
        self._covered(end.date())
        self.steps.say("plazo.ends_at", day=end, time=end)
        return starts, end

    # What it rests on.

    def _sources(self, deposited: date) -> None:
        rule, calendar, steps = self.rule, self.calendar, self.steps
        until = calendar.decreed_until
        if until and self.last > until:
            since = max(until + ONE, deposited)
            steps.say("plazo.undecreed", until=until, since=since, last=self.last)
        steps.say("plazo.rule", name=rule.nombre, version=rule.version, source=rule.norma)
        if not rule.verificado:
            steps.say("plazo.rule_unverified")
        steps.say("plazo.calendar", name=calendar.name, version=calendar.version)
        if steps.unverified:
            steps.say("plazo.days_unverified")
