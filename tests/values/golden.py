"""The golden values that every reader is held to, read once."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def golden() -> dict[str, Any]:
    """The parsed vectors; the file is only ever added to."""
    path = Path(__file__).resolve().parent.parent / "golden" / "vectors.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
