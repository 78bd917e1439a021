"""Each part of the installed program tried once, in a folder that is thrown away: works in a packaged program, too."""

import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from station_app.cli.commands import Command, Context, Result
from station_app.messages import N_, Refusal, _


def _values(place: Path) -> None:
    from station_app.clock import today
    from station_app.values.id_numbers import read_id_number
    from station_app.values.pinyin import pinyin_keys

    assert read_id_number("152722194503059979", today()).value is not None
    assert "lgh" in pinyin_keys("李桂花")


def _store(place: Path) -> None:
    from station_app.store.change import Author, Done, Edit
    from station_app.store.engine import open_sqlite
    from station_app.store.opened import Store

    store = Store.create(open_sqlite(place / "selftest.db", secrets.token_bytes(32)), place, "15060210101")
    done = store.change([Edit("resident", {"name": "李桂花"})], Author("selftest"), "create")
    assert isinstance(done, Done)
    with store.reading() as reader:
        assert [f.title for f in reader.find("lgh")] == ["李桂花"]
    assert store.differences() == []
    store.close()
    assert "李桂花".encode() not in (place / "selftest.db").read_bytes()


def _vault(place: Path) -> None:
    from station_app.store.vault import Vault

    made = Vault.create(place / "vault", "selftest", "selftest-password")
    assert not isinstance(made, Refusal)
    assert isinstance(made[0].unlock("selftest", "not-this-one"), Refusal)
    assert not isinstance(made[0].unlock("selftest", "selftest-password"), Refusal)


def _ledgers(place: Path) -> None:
    from station_app.exchange.sheets import read_workbook
    from station_app.settings import RESOURCES

    book = read_workbook(RESOURCES / "samples" / "farm_plots_60.xlsx")
    assert not isinstance(book, Refusal), book.message
    assert len(book.sheets[0].rows) > 60


def _paper(place: Path) -> None:
    from station_app.clock import today
    from station_app.paper.recovery import recovery_sheet

    sheet = recovery_sheet(
        station_name="自检", station="15060210101", code="2345A-2345A-2345A-2345A-2345A-2345A", made_on=today()
    )
    assert sheet.startswith(b"%PDF")


def _trust(place: Path) -> None:
    from station_app.sync.opening import now
    from station_app.trust import certificates, sealing
    from station_app.trust.chain import Signer, TrustRoots
    from station_app.trust.keys import DeviceKeys

    at, keys = now(), DeviceKeys.new()
    root = certificates.make_root("selftest", at)
    issuing = certificates.make_issuing(root, "selftest", keys.recipient, at)
    own = certificates.issue_centre(issuing, keys, "selftest", "00000000-0000-4000-8000-000000000001", at)
    lists = (certificates.first_list(root, at), certificates.first_list(issuing, at))
    roots = TrustRoots(root.certificate, issuing.certificate, *lists)
    sealed = sealing.seal(b"{}\n", Signer(keys.private_key, own, issuing.certificate), [keys.recipient], at)
    opened = sealing.unseal(sealed, keys.identity, roots, at)
    assert not isinstance(opened, Refusal) and opened.content == b"{}\n"
    changed = bytearray(sealed)
    changed[len(changed) // 2] ^= 1
    assert isinstance(sealing.unseal(bytes(changed), keys.identity, roots, at), Refusal)


def _texts(place: Path) -> None:
    assert _("Station head") == "站长" or _("Station head") == "Station head"


def _window(place: Path) -> None:
    from station_app.ui import app  # loads Qt; drawing a window is the business of its own tests

    assert callable(app.run)


PARTS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("values", _values), ("vault", _vault), ("store", _store), ("ledgers", _ledgers), ("paper", _paper),
    ("trust", _trust), ("texts", _texts), ("window", _window),
)  # fmt: skip


def _selftest(context: Context) -> Result:
    parts: dict[str, str] = {}
    for name, part in PARTS:
        with tempfile.TemporaryDirectory() as place:
            try:
                part(Path(place))
                parts[name] = "ok"
            except Exception as error:  # noqa: BLE001  # whatever fails is what this command is asked about
                parts[name] = f"{type(error).__name__}: {error}"
    ok = all(said == "ok" for said in parts.values())
    lines = [f"{name}: {_('in order') if said == 'ok' else said}" for name, said in parts.items()]
    return Result({"ok": ok, "parts": parts}, tuple(lines), 0 if ok else 1)


COMMANDS = (
    Command(
        ("selftest",), N_("Try each part of the installed program once."), "station-app --json selftest", _selftest
    ),
)
