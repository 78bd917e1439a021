"""What can be wrong with a record, as values: a code, the fields concerned, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a record.

    ``blocks`` refuses the change; otherwise it is a warning shown beside the field and kept on the "to fix"
    list. ``sentence`` is a message id; ``values`` fill it and must not hold personal data.
    """

    code: str
    sentence: str
    fields: tuple[str, ...] = ()
    blocks: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
