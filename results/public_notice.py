"""The public notice of announced results: until when it runs, and until when a unit may ask for a review.

Both periods count working days from the day of announcing, which is not counted itself. How many days they have is
said by whoever announces the round and kept in its history; the calendar says which days are worked. A date that
passes through a year whose calendar is missing is provisional.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.model.working_days import Calendar, Deadline, Periods
from data.store.history import Event
from data.store.round_status import ANNOUNCED
from i18n import N_, join, translate


@dataclass(frozen=True)
class Notice:
    """The two last days of an announced round, and what they were computed with.

    stated: whether the periods were given when the round was announced; the usual ones otherwise.
    calendar: version of the calendar. missing: years on the way whose calendar is not loaded.
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
        """Whether a date may still move."""
        return bool(self.missing)

    def sentences(self, language: str) -> list[str]:
        """The dates, each with its number of days, then their basis."""
        facts = {
            "day": self.announced.isoformat(),
            "end": shown_day(self.notice_ends, language),
            "until": shown_day(self.review_until, language),
            "notice": self.periods.notice,
            "review": self.periods.review,
            "calendar": self.calendar,
        }
        messages = [
            N_("Announced on {day}. The public notice ends on {end}: {notice} working days."),
            N_("A review may be asked for until {until}: {review} working days."),
            N_("The day of announcing is not counted. Work calendar: {calendar}.")
            if self.stated
            else N_(
                "The day of announcing is not counted. Work calendar: {calendar}. Nobody stated other periods when the "
                "round was announced; these are the usual ones."
            ),
        ]
        return [translate(message, language).format(**facts) for message in messages]

    def to_mend(self, language: str) -> str:
        """Why the dates are provisional and what makes them certain; '' when they are."""
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
    """The day, marked where it is provisional."""
    day = deadline.day.isoformat()
    return translate(N_("{day} (provisional)"), language).format(day=day) if deadline.provisional else day


def notice(announced: date, periods: Periods | None, calendar: Calendar) -> Notice:
    """The notice of results announced on a day; None for the periods takes the usual ones."""
    chosen = periods or Periods()
    ends = calendar.add_working_days(announced, chosen.notice)
    until = calendar.add_working_days(announced, chosen.review)
    on_the_way = range((announced + timedelta(days=1)).year, max(ends.day, until.day).year + 1)
    missing = tuple(year for year in on_the_way if year not in calendar.years)
    return Notice(announced, chosen, periods is not None, ends, until, calendar.version, missing)


def notice_of(given: Event | None, calendar: Calendar) -> Notice | None:
    """The notice of the round whose status an entry of the history gave; None unless it is announced."""
    if given is None or given.status != ANNOUNCED:
        return None
    day = datetime.fromisoformat(given.time).astimezone().date()
    return notice(day, given.periods, calendar)
