"""The first policy of each name, shipped as data: written at ``init``, and read where a station has no record of it yet."""

import json
from functools import lru_cache

from station_app.settings import RESOURCES


@lru_cache(maxsize=1)
def policy_defaults() -> tuple[dict[str, str], ...]:
    """The fields of a ``policy`` record for each file of resources/tables/policies, by name."""
    found = []
    for file in sorted((RESOURCES / "tables" / "policies").glob("*.json")):
        given = json.loads(file.read_text("utf-8"))
        found.append(
            {
                "name": file.stem,
                "effective_from": given["effective_from"],
                "table": json.dumps(given["table"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                "source": given["source"],
            }
        )
    return tuple(found)
