"""China's days off and make-up working days of a year, out of the package ``holidays``."""

from __future__ import annotations


def days_of_china(year: int) -> dict[str, dict[str, str]]:
    """Changes of a calendar for the year; nothing when the package knows no notice for it."""
    import holidays  # knows every country

    found = holidays.country_holidays("CN", years=year, language="zh_CN")
    worked = {day for day in found.weekend_workdays if day.year == year}
    if not worked:
        return {}
    days = {day.isoformat(): {"kind": "off", "name": name[:60]} for day, name in found.items() if day.year == year}
    days.update({day.isoformat(): {"kind": "work", "name": ""} for day in worked})
    return days
