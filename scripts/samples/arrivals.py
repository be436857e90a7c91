"""Windows of calls, and times of arrival inside them."""

import datetime


class Window:
    """First and last day in Latvia, both whole."""

    def __init__(self, first, last):
        self.first = datetime.date.fromisoformat(first)
        self.last = datetime.date.fromisoformat(last)

    def some_time(self, dice):
        """A local time between eight in the morning and eight in the evening."""
        day = self.first + datetime.timedelta(days=dice.below((self.last - self.first).days + 1))
        return datetime.datetime.combine(
            day, datetime.time(dice.between(8, 19), dice.below(60), dice.below(60)))

    def first_second(self):
        return datetime.datetime.combine(self.first, datetime.time(0, 0, 0))

    def last_second(self):
        return datetime.datetime.combine(self.last, datetime.time(23, 59, 59))


def times(window, count, dice):
    """`count` local times in order. The first and the last are the very bounds of the window, so
    that whoever takes a bound to be outside loses a row."""
    inner = sorted(window.some_time(dice) for _ in range(count - 2))
    return [window.first_second()] + inner + [window.last_second()]


def as_written(local, dice):
    """With the offset, in UTC, or as local time without an offset."""
    offset_hours = 3 if _is_summer(local.date()) else 2
    form = dice.below(4)
    if form == 0:
        return f"{local.isoformat()}+0{offset_hours}:00"
    if form == 1:
        return f"{(local - datetime.timedelta(hours=offset_hours)).isoformat()}Z"
    return local.isoformat(sep="T" if form == 2 else " ")


def _is_summer(day):
    """Whether summer time holds by day: from the last Sunday of March to the day before the last
    one of October (Directive 2000/84/EC). A table of the machine could be missing or differ."""
    return _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)


def _last_sunday(year, month):
    last = datetime.date(year, month, 31)
    return last - datetime.timedelta(days=(last.weekday() + 1) % 7)
