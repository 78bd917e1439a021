"""How a value stands where nobody asked to see it: numbers with their middle hidden, health not at all."""

from typing import Final

from station_app.spec.fields import Field
from station_app.spec.purposes import MASKED, Purpose
from station_app.values.id_numbers import mask_id_number
from station_app.values.phones import mask_phone

#: What stands for a value of which not even a part may be seen.
HIDDEN: Final = "＊＊＊"
#: Meanings that are masked by their own rule, in every kind.
_BY_MEANING: Final = {"id_number": mask_id_number, "phone": mask_phone}
#: Characters of an account left visible: enough to tell two of one person's accounts apart.
_ACCOUNT_TAIL: Final = 4


def is_masked(field: Field) -> bool:
    """Whether values of this field are shown only when somebody asks and says why."""
    return field.meaning.name in _BY_MEANING or field.purpose in MASKED


def masked(field: Field, said: str) -> str:
    """A shown value with what must not be seen hidden; of other fields the value itself.

    152722********9979, 138****5678, the last four characters of an account, nothing of health.
    """
    if not said or not is_masked(field):
        return said
    by_meaning = _BY_MEANING.get(field.meaning.name)
    if by_meaning is not None:
        return by_meaning(said)
    if field.purpose == Purpose.BANK:
        return "*" * max(len(said) - _ACCOUNT_TAIL, 4) + said[-_ACCOUNT_TAIL:]
    return HIDDEN


def group_of(field: Field) -> str:
    """What kind of thing a masked field holds: its purpose, else its meaning; what is asked for together."""
    return field.purpose or field.meaning.name
