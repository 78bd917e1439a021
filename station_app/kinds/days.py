"""Days and births as records hold them: texts that may be a month only, or no day of any calendar."""

from datetime import date

from station_app.clock import today


def day_of(text: str | None) -> date | None:
    """The day a text names; None for a month alone and for days that do not exist."""
    if text is None or len(text) < 10:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def born_on(birth_date: str | None, id_no: str | None) -> str | None:
    """The birth date (or month) on record, else the one in an id number of 18 characters."""
    if birth_date:
        return birth_date
    if id_no and len(id_no) == 18:
        born = day_of(f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}")
        return str(born) if born else None
    return None


def is_younger(birth_date: str | None, id_no: str | None, years: int) -> bool:
    """Not yet so many years old today; someone of unknown age is not said to be young."""
    born = born_on(birth_date, id_no)
    if born is None:
        return False
    now = today()
    limit = f"{now.year - years:04}-{now.month:02}-{now.day:02}"
    return born > limit[: len(born)]
