"""Public notice of announced results: its first and last day, and the last day to raise an objection.

The notice runs in calendar days, and a last day that is not worked moves to the next working day; objections run in
working days. Neither counts the day of the announcement. Whoever announces the round states the number of days, and the
history of the round keeps it. The calendar defines the working days. A date is provisional if its period runs through a
year whose calendar is missing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.model.clock import after_days, rolled
from data.model.working_days import UNSTATED_BEFORE, WORKING_DAYS, Calendar, Deadline, Periods
from data.store.history import Event
from data.store.round_status import ANNOUNCED
from i18n import N_, join, translate


@dataclass(frozen=True)
class Notice:
    """The days of an announced round, and the periods and calendar behind them.

    first: the first day that counts. notice_ends: the last, moved to a working day. calendar: version of the calendar.
    missing: years of the periods whose calendar is not loaded.
    """

    announced: date
    periods: Periods
    notice_ends: Deadline
    review_until: Deadline
    calendar: str
    missing: tuple[int, ...]

    @property
    def first(self) -> date:
        """Return the first day of the notice, the day after the announcement."""
        return self.announced + timedelta(days=1)

    @property
    def stated(self) -> bool:
        """Return whether the periods were given when the round was announced."""
        return self.periods.stated

    @property
    def provisional(self) -> bool:
        """Return whether a date may still move."""
        return bool(self.missing)

    def sentences(self, language: str) -> list[str]:
        """Return the dates, each with its number of days, then their basis."""
        facts = {
            "day": self.announced.isoformat(),
            "first": self.first.isoformat(),
            "end": shown_day(self.notice_ends, language),
            "until": shown_day(self.review_until, language),
            "notice": self.periods.notice,
            "review": self.periods.review,
            "calendar": self.calendar,
        }
        messages = [
            N_("Announced on {day}. The public notice ends on {end}: {notice} working days.")
            if self.periods.counted == WORKING_DAYS
            else N_("Announced on {day}. The public notice runs from {first} to {end}: {notice} calendar days."),
            N_("Objections may be raised until {until}: {review} working days."),
            N_("The day of announcing is not counted. Work calendar: {calendar}.")
            if self.stated
            else N_(
                "The day of announcing is not counted. Work calendar: {calendar}. Nobody stated other periods when the "
                "round was announced; these are the usual ones."
            ),
        ]
        return [translate(message, language).format(**facts) for message in messages]

    def to_mend(self, language: str) -> str:
        """Return why the dates are provisional and how to make them final; '' when they are final."""
        if not self.missing:
            return ""
        years = join(map(str, self.missing), language)
        return translate(
            N_(
                "Provisional: the work calendar of {years} is not loaded. Its days are counted Monday to Friday until "
                "then. When the State Council has announced the holidays, upload them as Working days; the dates "
                "follow by themselves."
            ),
            language,
        ).format(years=years)


def shown_day(deadline: Deadline, language: str) -> str:
    """Return the day, marked where it is provisional."""
    day = deadline.day.isoformat()
    return translate(N_("{day} (provisional)"), language).format(day=day) if deadline.provisional else day


def notice(announced: date, periods: Periods | None, calendar: Calendar) -> Notice:
    """Return the notice of results announced on a day; None for the periods: they were never stated."""
    chosen = periods or UNSTATED_BEFORE
    ends = notice_end(announced, chosen, calendar)
    until = calendar.add_working_days(announced, chosen.review)
    on_the_way = range((announced + timedelta(days=1)).year, max(ends.day, until.day).year + 1)
    missing = tuple(year for year in on_the_way if year not in calendar.years)
    return Notice(announced, chosen, ends, until, calendar.version, missing)


def notice_end(announced: date, periods: Periods, calendar: Calendar) -> Deadline:
    """Return the last day of the notice: of calendar days, moved to a working day, or of working days."""
    if periods.counted == WORKING_DAYS:
        return calendar.add_working_days(announced, periods.notice)
    return rolled(calendar, after_days(announced, periods.notice))


def notice_of(given: Event | None, calendar: Calendar) -> Notice | None:
    """Return the notice of the round whose status a history entry records; None unless it is announced."""
    if given is None or given.status != ANNOUNCED:
        return None
    day = datetime.fromisoformat(given.time).astimezone().date()
    return notice(day, given.periods, calendar)
