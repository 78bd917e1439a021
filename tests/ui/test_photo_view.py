"""A photo in a form: attached small, seen in our own viewer by keyboard, saved as a file only with a reason that is kept."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest

from station_app.store.roles import Action
from station_app.ui.app import Window
from station_app.ui.attachments import FileEditor
from station_app.ui.desk import Desk
from station_app.ui.pages.form_page import FormPage
from station_app.ui.photo_view import PhotoDialog
from station_app.ui.places import FormPlace
from tests.ui.windows import main_of, settle


def photo(file: Path, size: tuple[int, int] = (1_600, 1_200)) -> Path:
    """A photo on the disk, as one comes from a telephone."""
    Image.effect_noise(size, 80).convert("RGB").save(file)
    return file


@pytest.fixture
def editor(window: Window) -> FileEditor:
    """The photo of a new visit."""
    main_of(window).go(FormPlace("visit"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, FormPage) and page.fields is not None
    found = page.fields.boxes["photo"].editor
    assert isinstance(found, FileEditor)
    return found


def desk_of(window: Window) -> Desk:
    """The open station's desk."""
    assert window.desk is not None
    return window.desk


def content_of(window: Window, editor: FileEditor) -> bytes:
    """What was kept."""
    digest = editor.taken().value
    assert isinstance(digest, str)
    content = desk_of(window)._station.blobs.get(digest)
    assert content is not None
    return content


def test_a_chosen_photo_is_made_small_and_shown(window: Window, editor: FileEditor, tmp_path: Path) -> None:
    """At most 300 kB whatever the file was; a thumbnail stands in the form; what is no photo changes nothing."""
    editor.keep(photo(tmp_path / "photo.png"))
    settle(window)
    assert (tmp_path / "photo.png").stat().st_size > 1_000_000
    content = content_of(window, editor)
    assert len(content) <= 300_000 and content[:3] == b"\xff\xd8\xff"
    assert not editor.look.icon().isNull() and editor.look.isVisibleTo(editor)
    digest = editor.taken().value
    for name, what in (
        ("gone.jpg", None),
        ("bad.jpg", b"\xff\xd8 no picture"),
        ("phone.heic", b"\0\0\0\x18ftypheic" + bytes(50)),
    ):
        if what is not None:
            (tmp_path / name).write_bytes(what)
        editor.keep(tmp_path / name)
        settle(window)
        assert editor.taken().value == digest and "{" not in editor._state.text()


def test_dropped_and_pasted(window: Window, editor: FileEditor, tmp_path: Path) -> None:
    """A file let fall on it; a picture copied elsewhere, with Ctrl+V where the keyboard is."""
    file = photo(tmp_path / "dropped.jpg", (300, 200))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    drop = QDropEvent(
        editor.rect().center().toPointF(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )  # fmt: skip
    editor.dropEvent(drop)
    settle(window)
    first = content_of(window, editor)
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(picture)
    editor.target().setFocus()
    QTest.keyClick(editor.target(), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    second = content_of(window, editor)
    assert second != first
    with Image.open(io.BytesIO(second)) as seen:
        assert seen.size == (40, 30)


def test_the_viewer_zooms_by_keyboard_and_closes(window: Window, editor: FileEditor, tmp_path: Path) -> None:
    """+ and -, 0 for the whole, 1 for its own size, Esc."""
    editor.keep(photo(tmp_path / "photo.jpg"))
    settle(window)
    dialog = PhotoDialog(editor, desk_of(window), str(editor.taken().value), "照片")
    dialog.show()
    settle(window)
    whole = dialog.area.zoom
    assert 0 < whole < 1
    steps: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("+", lambda: dialog.area.zoom > whole),
        ("1", lambda: dialog.area.zoom == 1),
        ("-", lambda: dialog.area.zoom < 1),
        ("0", lambda: dialog.area.zoom == whole),
    )
    for key, holds in steps:
        QTest.keyClicks(dialog.area, key)
        assert holds(), key
    for _n in range(60):
        QTest.keyClicks(dialog.area, "+")
    assert dialog.area.zoom <= 8
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_leaves_only_with_a_reason_and_an_entry(window: Window, editor: FileEditor, tmp_path: Path) -> None:
    """Without a reason nothing is written; with one, the journal says it; the digest in it is the file's."""
    editor.keep(photo(tmp_path / "photo.jpg"))
    settle(window)
    dialog = PhotoDialog(editor, desk_of(window), str(editor.taken().value), "照片")
    dialog.show()
    settle(window)
    assert dialog.save_button.isVisible() and dialog.save_button.isEnabled()
    out = tmp_path / "out.jpg"
    dialog.write(out, "  ")
    settle(window)
    assert not out.exists() and dialog.message.isVisible()
    dialog.write(out, "家属要求")
    settle(window)
    assert out.read_bytes() == content_of(window, editor)
    with desk_of(window)._station.store.reading() as reader:
        kept = reader.all("export")
    assert [(e.fields["what"], e.fields["reason"], e.fields["records"]) for e in kept] == [("blob", "家属要求", 1)]
    dialog.close()


def test_who_may_not_export_sees_no_button(
    window: Window, editor: FileEditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clerk looks, and that is all."""
    editor.keep(photo(tmp_path / "photo.jpg", (300, 200)))
    settle(window)
    monkeypatch.setattr(Desk, "may", lambda _desk, action: action is not Action.EXPORT)
    dialog = PhotoDialog(editor, desk_of(window), str(editor.taken().value), "照片")
    dialog.show()
    settle(window)
    assert not dialog.save_button.isVisible()
    dialog.close()


def test_a_photo_that_is_not_here_is_said(window: Window, editor: FileEditor) -> None:
    """A record that came before its photo did."""
    editor.set_value("ab" * 32)
    settle(window)
    assert "{" not in editor._state.text() and not editor.look.isVisibleTo(editor)
    assert editor.taken().value == "ab" * 32
