"""Public notice of announced results: its last day, and the last day to request a review.

Both periods are counted from the day of the announcement, which does not count itself. The notice has calendar days,
and its last day moves to the next day that is worked; announcements of version 0.2.0 counted its working days. The
review has working days. Whoever announces the round states the number of days, and the history of the round keeps it. The calendar defines the working days. A date
is provisional if its period runs through a year whose calendar is missing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.model.clock import after_days, rolled
from data.model.working_days import CALENDAR, Calendar, Deadline, Periods
from data.store.history import Event
from data.store.round_status import ANNOUNCED
from i18n import N_, join, translate


@dataclass(frozen=True)
class Notice:
    """The two last days of an announced round, and the periods and calendar behind them.

    stated: whether the periods were given when the round was announced; otherwise they are the usual periods.
    calendar: version of the calendar. missing: years of the periods whose calendar is not loaded.
    """

    announced: date
    periods: Periods
    stated: bool
    notice_ends: Deadline
    review_until: Deadline
    calendar: str
    missing: tuple[int, ...]

    @property
    def provisional(self) -> bool:
        """Return whether a date may still move."""
        return bool(self.missing)

    def sentences(self, language: str) -> list[str]:
        """Return the dates, each with its number of days, then their basis."""
        facts = {
            "day": self.announced.isoformat(),
            "end": shown_day(self.notice_ends, language),
            "until": shown_day(self.review_until, language),
            "notice": self.periods.notice,
            "review": self.periods.review,
            "calendar": self.calendar,
        }
        messages = [
            N_("Announced on {day}. The public notice ends on {end}: {notice} calendar days, the last moved to a working day.")
            if self.periods.counted == CALENDAR
            else N_("Announced on {day}. The public notice ends on {end}: {notice} working days."),
            N_("A review may be requested until {until}: {review} working days."),
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
    """Return the notice of results announced on a day; None for the periods uses the usual periods."""
    chosen = periods or Periods()
    ends = _notice_ends(announced, chosen, calendar)
    until = calendar.add_working_days(announced, chosen.review)
    on_the_way = range((announced + timedelta(days=1)).year, max(ends.day, until.day).year + 1)
    missing = tuple(year for year in on_the_way if year not in calendar.years)
    return Notice(announced, chosen, periods is not None, ends, until, calendar.version, missing)


def _notice_ends(announced: date, periods: Periods, calendar: Calendar) -> Deadline:
    """Return the last day of the notice: a day that is worked, as the periods count."""
    if periods.counted == CALENDAR:
        return rolled(calendar, after_days(announced, periods.notice))
    return calendar.add_working_days(announced, periods.notice)


def notice_of(given: Event | None, calendar: Calendar) -> Notice | None:
    """Return the notice of the round whose status a history entry records; None unless it is announced."""
    if given is None or given.status != ANNOUNCED:
        return None
    day = datetime.fromisoformat(given.time).astimezone().date()
    return notice(day, given.periods, calendar)
