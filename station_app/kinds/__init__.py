"""The kinds of records: one file each; importing this package declares them all."""

from importlib import import_module
from pkgutil import iter_modules

from station_app.kinds.base import KINDS, Record

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

KINDS.check()

__all__ = ["KINDS", "Record"]
