"""The binding itself: PySide6 6.12.0 lost a reference to None at each call, and Python 3.11 died of it."""

import sys

from PySide6.QtCore import QObject


def test_calls_lose_no_reference_to_none() -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _again in range(1000):
        thing.setObjectName("a")
    assert abs(sys.getrefcount(None) - before) < 100
