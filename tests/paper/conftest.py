"""Papers are checked in Chinese: the texts come from this folder's fragment, whatever else is translated yet."""

from tests.paper.chinese import chinese

__all__ = ["chinese"]
