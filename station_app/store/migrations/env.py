"""Alembic's environment, for its own commands while a migration is written; the program itself does not run it.

The caller gives ``config.attributes["connection"]`` and ``config.attributes["searchable"]``.
"""

from alembic import context

import station_app.kinds  # noqa: F401  # every table of the kinds
from station_app.kinds.base import Base
from station_app.store import schema  # noqa: F401  # the store's own tables
from station_app.store.migrations import options_of


def run() -> None:
    """Run the command on the caller's connection, inside its transaction."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"], target_metadata=Base.metadata, **options_of(attributes["searchable"])
    )
    context.run_migrations()


if hasattr(context, "config"):  # not when a tool only imports every module
    run()
