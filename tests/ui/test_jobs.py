"""Work off the window's thread: results arrive on it, dead owners get none, refusals and faults come as sentences."""

import threading

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication, QWidget

from station_app.messages import Refusal
from station_app.store.refusals import StoreRefusal
from station_app.ui.jobs import Jobs, Progress
from station_app.ui.refusals import said
from tests.ui.windows import wait


@pytest.fixture
def jobs(qapp: QApplication) -> Jobs:
    return Jobs()


def test_the_work_is_done_elsewhere_and_the_result_arrives_on_the_windows_thread(jobs: Jobs) -> None:
    owner = QObject()
    main = threading.get_ident()
    where: list[tuple[int, int]] = []
    jobs.query(owner, threading.get_ident, lambda worker: where.append((worker, threading.get_ident())))
    wait(lambda: bool(where))
    ((worker, arrived),) = where
    assert worker != main
    assert arrived == main
    assert QThread.currentThread() is not None


def test_a_widget_that_is_gone_gets_no_result(jobs: Jobs) -> None:
    import shiboken6

    widget = QWidget()
    go_on = threading.Event()
    arrived: list[object] = []

    def work() -> int:
        go_on.wait(30)
        return 1

    jobs.query(widget, work, arrived.append)
    shiboken6.delete(widget)
    go_on.set()
    wait(lambda: not jobs.busy())
    assert arrived == []


def test_changes_keep_their_order(jobs: Jobs) -> None:
    owner = QObject()
    done: list[int] = []
    for number in range(20):
        jobs.change(owner, lambda _p, number=number: number, done.append, lambda _r: None)  # type: ignore[misc]
    wait(lambda: len(done) == 20)
    assert done == list(range(20))
    assert not jobs.changing()


def test_a_refusal_is_given_to_refused_and_reads_as_a_sentence(jobs: Jobs) -> None:
    owner = QObject()
    refused: list[Refusal] = []
    jobs.change(owner, lambda _p: Refusal(StoreRefusal.NOTHING_TO_DO), lambda _x: pytest.fail("taken"), refused.append)
    wait(lambda: bool(refused))
    assert said(refused[0]).endswith("。")


def test_a_fault_of_ours_is_told_with_a_number_and_without_what_was_typed(
    jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = QObject()
    refused: list[Refusal] = []
    faults: list[str] = []
    jobs.fault.connect(faults.append)

    def work(_progress: Progress) -> int:
        raise ValueError("身份证号 152726195203100426")

    jobs.change(owner, work, lambda _x: None, refused.append)
    wait(lambda: bool(refused))
    assert faults and faults[0] in said(refused[0])
    told = capsys.readouterr().err
    assert faults[0] in told and "test_jobs.py" in told
    assert "152726" not in told


def test_long_work_tells_how_far_it_is_and_can_be_stopped(jobs: Jobs) -> None:
    owner = QObject()
    seen: list[tuple[int, int, str]] = []
    ended: list[str] = []

    def work(progress: Progress) -> str:
        for step in range(100_000):
            if not progress.at(step, 100_000):
                return f"stopped at {step}"
        return "done"

    progress = jobs.change(owner, work, ended.append, lambda _r: None, lambda *told: seen.append(told))
    wait(lambda: bool(seen))
    progress.cancel()
    wait(lambda: bool(ended))
    assert ended[0].startswith("stopped at")
