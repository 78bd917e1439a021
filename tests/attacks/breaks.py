"""Every listed attack, the test that proves its control, and how the control is taken away to see that test fail.

``python -m tests.attacks.breaks [A03 …]`` copies the last commit, takes one control away at a time, runs the test, and prints
one line for each: a test that still passes proves nothing. ``test_breaks.py`` holds that nothing here is out of date.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Change:
    """One text of a file replaced by another."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Break:
    """An attack of SECURITY §6: ``test`` must fail when ``changes`` are made."""

    attack: str
    test: str
    changes: tuple[Change, ...]


def one(attack: str, test: str, file: str, old: str, new: str) -> Break:
    """The usual case: one change."""
    return Break(attack, test, (Change(f"station_app/{file}", old, new),))


_SHEETS: Final = "tests/exchange/test_attacks.py::"
_SIGNED: Final = "tests/trust/test_signing.py::"
_CHECKING: Final = "station_app/trust/checking.py"
_EXPORTS: Final = "tests/compose/test_exports.py::"
#: pyHanko looks at the same things as our own reading: a control is gone only when both are.
_NO_SECOND_OPINION: Final = Change(
    _CHECKING, "    field = signature.field_name\n    status = validate", "    return None\n    status = validate"
)

BREAKS: Final = (
    one("A01", "tests/faults/test_no_plaintext.py::test_invariant_9_no_planted_value_stands_in_any_file",
        "store/engine.py", "            if key is not None:\n", "            if False:\n"),
    one("A02", "tests/faults/test_flips.py::test_every_flipped_bit_is_noticed",
        "store/engine.py", "        if not self.encrypted:\n", "        if True:\n"),
    one("A03", "tests/faults/test_replay.py::test_every_page_put_back_is_noticed_or_changes_nothing",
        "store/guard.py", "        self._sealed = newest is not None and", "        self._sealed = True or"),
    one("A04", "tests/faults/test_replay.py::test_an_older_file_opens_for_reading_only",
        "store/freshness.py", "        if witness.seq > own.seq:", "        if False:"),
    one("A10", "tests/faults/test_disk_full.py::test_a_full_database_is_refused_clearly_and_recovers",
        "store/engine.py", '"disk I/O error", "database or disk is full",', '"disk I/O error",'),
    one("A11", "tests/faults/test_disk_full.py::test_a_failed_write_throws_the_connection_away",
        "store/engine.py", "                self.writer.dispose()\n", ""),
    one("A12", "tests/faults/test_sweep.py::test_a11_a12_writes_and_syncs_that_fail",
        "store/engine.py", '    "journal_mode=WAL", "synchronous=FULL",', '    "journal_mode=OFF", "synchronous=FULL",'),
    one("A13", "tests/faults/test_replay.py::test_entries_taken_out_with_the_key_are_missed",
        "store/freshness.py", "        if witness.seq > own.seq:", "        if False:"),
    one("A14", "tests/faults/test_replay.py::test_an_entry_rewritten_with_all_links_is_noticed",
        "store/freshness.py", "        if journal.hash_at(connection, own.no, witness.seq) != witness.hash:", "        if False:"),
    one("A15", "tests/centre/test_forks.py::test_a_copied_folder_writes_under_a_device_of_its_own",
        "store/guard.py", '                self.become_new(store, "copy")\n', "                pass\n"),
    one("A18", "tests/store/test_lockout.py::test_ten_wrong_passwords_over_restarts",
        "store/lockout.py", "        self.counts[whose] = (failed + 1, now)", "        self.counts[whose] = (failed, now)"),
    one("A19", "tests/store/test_lockout.py::test_uptime_is_the_kernel_s_and_not_the_library_s",
        "store/lockout.py", '        return float(_UPTIME.read_text("ascii").split()[0])', "        return time.time()"),
    one("A20", "tests/ui/test_lock.py::test_ten_minutes_without_work_and_a_keypress_opens_nothing",
        "ui/app.py", "            clipboard.clear()\n", "            pass\n"),
    one("A23", f"{_SHEETS}test_a23_billion_laughs",
        "exchange/archive.py", "    if _ENTITY.search(text) is not None:", "    if False:"),
    one("A24", f"{_SHEETS}test_a24_external_entity",
        "exchange/archive.py", "    if _ENTITY.search(text) is not None:", "    if False:"),
    one("A25", f"{_SHEETS}test_a25_a_cell_far_outside",
        "exchange/sheetxml.py", "    shape.far = any(", "    shape.far = False and any("),
    Break("A26", f"{_SHEETS}test_a26_zeros_that_unpack_to_much", (
        Change("station_app/exchange/archive.py", "                if total > limits.UNPACKED:", "                if False:"),
        Change("station_app/exchange/archive.py", "                if size > 1 << 20 and size", "                if False and size"))),
    one("A27", f"{_SHEETS}test_a27_a_dimension_that_lies",
        "exchange/workbooks.py", "in sheet.to_python(skip_empty_area=True):", "in sheet.to_python(skip_empty_area=True)[:3]:"),
    one("A29", f"{_SHEETS}test_a29_names_that_lead_elsewhere",
        "exchange/archive.py", "        if _unsafe_name(member.filename) or", "        if False and"),
    Break("A30", "tests/exchange/test_exporting.py::test_texts_stay_texts_and_come_back", (
        Change("station_app/exchange/exporting.py", "page.write_string(number, column, said, text)", "page.write(number, column, said, text)"),
        Change("station_app/exchange/books.py", '"strings_to_formulas": False', '"strings_to_formulas": True'),
    )),
    one("A31", f"{_EXPORTS}test_many_readable_records_need_a_second_person",
        "compose/exports.py", "records <= rules", "records >= 0 or records <= rules"),
    one("A31", f"{_EXPORTS}test_without_reason_or_role_nothing_leaves",
        "compose/exports.py", "    if not station.may(action):\n        return", "    if False:\n        return"),
    one("A32", "tests/exchange/test_exporting.py::test_nothing_is_cut",
        "exchange/exporting.py", "            if len(said) > limits.CELL:", "            if False:"),
    Break("A33", f"{_SIGNED}test_flipped_bits_in_a_report_are_all_noticed", (
        Change("station_app/trust/cms.py", "    if envelope.digest != digest:", "    if False:"), _NO_SECOND_OPINION)),
    Break("A34", f"{_SIGNED}test_tampering_is_refused", (
        Change(_CHECKING, "    problems += _coverage(pdf, names, found)\n", ""),
        Change(_CHECKING, "    problems += _only_prepared_fields(pdf, reader, signatures, found)\n", ""), _NO_SECOND_OPINION)),
    Break("A35", f"{_SIGNED}test_other_damage_to_a_report_is_noticed", (
        Change(_CHECKING, "    problems += _coverage(pdf, names, found)\n", ""),
        Change(_CHECKING, "    problems += _only_prepared_fields(pdf, reader, signatures, found)\n", ""), _NO_SECOND_OPINION)),
    one("A38", "tests/centre/test_hostile.py::test_flipped_bits_inside_the_encryption_are_all_refused",
        "trust/cms.py", "    if envelope.digest != digest:", "    if False:"),
    one("A39", "tests/centre/test_hostile.py::test_reordered_and_doubled_bundles_are_harmless",
        "sync/taking.py", "if pair[0].head.seq > held]", "if pair[0].head.seq > 0]"),
    one("A40", "tests/centre/test_hostile.py::test_a_rogue_station_cannot_speak_for_another",
        "centre/inbox.py", "        if not opening.carried_rightly(arrived, station, centre=None):", "        if False:"),
    one("A42", "tests/trust/test_sealing.py::test_two_thousand_damaged_signatures_are_refused_and_none_raises",
        "trust/cms.py", "    if envelope.digest != digest:", "    if False:"),
    one("A44", "tests/sync/test_usb.py::test_odd_sticks_harm_nobody",
        "sync/carriers/usb.py", "is_kind(entry.stat(follow_symlinks=False).st_mode)", "is_kind(entry.stat().st_mode)"),
    one("A45", "tests/sync/test_usb.py::test_pulled_at_any_moment_nothing_is_half",
        "sync/carriers/usb.py", '        part = target.with_name(f".{target.name}.part")\n', "        part = target\n"),
)  # fmt: skip


def broken(folder: Path, given: Break) -> Iterator[str]:
    """Make the changes in a copy; yields what could not be found."""
    for change in given.changes:
        path = folder / change.file
        text = path.read_text("utf-8")
        if text.count(change.old) < 1:
            yield f"{change.file}: {change.old!r} is not there"
        path.write_text(text.replace(change.old, change.new), "utf-8")


def seen_failing(given: Break) -> str:
    """What became of the test without its control: ``failed`` is what must be."""
    with tempfile.TemporaryDirectory(prefix="break-") as place:
        folder = Path(place) / "copy"
        subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(folder)], check=True)
        built = ROOT / "resources/translations"  # catalogues are built, not committed
        shutil.copytree(built, folder / "resources/translations", dirs_exist_ok=True)
        problems = list(broken(folder, given))
        if problems:
            return "; ".join(problems)
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(folder)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", given.test, "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider"],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        # 1: tests were run and one failed; anything else is no proof (5: none was found)
        return {0: "still passes", 1: "failed"}.get(
            done.returncode, f"pytest ended with {done.returncode}: {done.stdout[-300:]}"
        )


def main(words: Sequence[str]) -> int:
    """0 when every test failed without its control."""
    bad = 0
    for given in BREAKS:
        if words and given.attack not in words:
            continue
        outcome = seen_failing(given)
        bad += outcome != "failed"
        print(json.dumps({"attack": given.attack, "test": given.test, "without its control": outcome}), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
