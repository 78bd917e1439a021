"""When someone was born, from what is known: the date, else the id number."""

from station_app.clock import today


def born_on(birth_date: str | None, id_no: str | None) -> str | None:
    """The birth date (or month) on record, else the one in an id number of 18 characters."""
    if birth_date:
        return birth_date
    if id_no and len(id_no) == 18 and id_no[6:14].isdigit():
        return f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}"
    return None


def is_younger(birth_date: str | None, id_no: str | None, years: int) -> bool:
    """Not yet so many years old today; someone of unknown age is not said to be young."""
    born = born_on(birth_date, id_no)
    if born is None:
        return False
    now = today()
    limit = f"{now.year - years:04}-{now.month:02}-{now.day:02}"
    return born > limit[: len(born)]
