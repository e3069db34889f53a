"""On which days offices are open: weekends, statutory holidays and the working days swapped for them.

The State Council announces a year's days in the November before; the library holds what was announced. Later years
are counted with the holidays whose dates the law itself fixes (全国年节及纪念日放假办法第二条), so they are not sure.
The two days of 壮族三月三 (广西壮族自治区少数民族习惯节日放假办法) are no national holiday: whether a period is put off
for them is open.
"""

from __future__ import annotations

import datetime

import chinese_calendar
from chinese_calendar import constants

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_DAY = datetime.timedelta(days=1)
LAST_ANNOUNCED = datetime.date(max(constants.holidays).year, 12, 31)
"""The last day whose holidays are known."""


def is_office_day(day: datetime.date) -> bool:
    """Tell whether offices work on `day`."""
    if datetime.date(2004, 1, 1) <= day <= LAST_ANNOUNCED:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED


def next_office_day(day: datetime.date) -> datetime.date:
    """Return `day`, or the first office day after it where it is a holiday (民法典第203条第1款)."""
    while not is_office_day(day):
        day += _DAY
    return day
