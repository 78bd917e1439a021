"""The layers of DESIGN as tests: who may import whom, who may write rows, how modules are named and how long they are."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pytest_archon import archrule

PACKAGE = Path(__file__).parent.parent / "station_app"
SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}

#: DESIGN's arrows, from the top: a layer imports what stands on a lower line, nothing beside or above itself.
LINES = (
    ("cli",),  # the program's words start the window and the centre
    ("ui", "centre"),
    ("compose",),
    ("work",),
    ("report", "exchange", "sync"),
    ("paper", "trust", "store"),
    ("kinds",),
    ("spec",),
    ("values",),
)
LAYERS = [layer for line in LINES for layer in line]
LEAVES = {"settings", "messages", "clock", "wording"}
ENTRY = {"__init__", "__main__"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "service", "services", "common", "models", "misc"}

#: Where a library may be imported: prefixes of modules → folders or modules of ours.
ONLY_IN = {
    ("PySide6", "shiboken6"): ("ui/",),
    ("reportlab",): ("paper/", "report/drawing"),
    ("pikepdf",): ("paper/", "trust/"),
    ("pyrage", "asn1crypto", "pyhanko", "pyhanko_certvalidator", "cryptography.x509", "oscrypto",
     "cryptography.hazmat.primitives.serialization.pkcs7", "cryptography.hazmat.primitives.serialization.pkcs12"): ("trust/",),
    # the vault's slots are key pairs too: a new data key is sealed to users whose passwords nobody knows
    ("cryptography.hazmat.primitives.asymmetric", "cryptography.hazmat.primitives.hpke"): ("trust/", "store/slots.py"),
    ("fastapi", "starlette", "uvicorn", "jwt"): ("centre/",),
    ("sqlcipher3", "sqlite3", "psycopg", "alembic"): ("store/",),
}  # fmt: skip

#: What reaches outside a computation: files, network, processes, the clock, the database.
REACHING_OUT = {
    "os", "io", "pathlib", "shutil", "tempfile", "socket", "ssl", "http", "urllib", "subprocess", "threading", "asyncio",
    "multiprocessing", "time", "sqlite3", "sqlcipher3", "sqlalchemy", "logging", "requests", "httpx", "fastapi", "random",
    "station_app.clock", "station_app.store.engine", "station_app.store.opened", "station_app.store.journal",
}  # fmt: skip


@cache
def tree_of(source: str) -> ast.Module:
    """A module's syntax, read once."""
    return ast.parse(source)


def imports_of(source: str) -> Iterator[tuple[int, str]]:
    """Every import of a module, inside functions and for types too: line and full dotted name."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def begins(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of these modules or lies within one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


# ---------------------------------------------------------------- layers


def above_and_beside(layer: str) -> list[str]:
    """The layers this one does not import."""
    rank = next(n for n, line in enumerate(LINES) if layer in line)
    return [other for line in LINES[: rank + 1] for other in line if other != layer]


@pytest.mark.parametrize("layer", LAYERS[1:])
def test_arrows_point_down_only(layer: str) -> None:
    """A layer imports what lies below it, nothing beside or above."""
    forbidden = [f"station_app.{other}" for other in above_and_beside(layer)]
    archrule(f"{layer} points down").match(f"station_app.{layer}", f"station_app.{layer}.*").should_not_import(
        *forbidden, *(f"{other}.*" for other in forbidden)
    ).check("station_app", only_direct_imports=True)


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_leaves_import_no_layer(leaf: str) -> None:
    """Texts, clock, settings and wording may be imported by anyone, so they import no layer."""
    archrule(f"{leaf} is a leaf").match(f"station_app.{leaf}").should_not_import(
        *(f"station_app.{layer}" for layer in LAYERS), *(f"station_app.{layer}.*" for layer in LAYERS)
    ).check("station_app", only_direct_imports=True)


def test_the_centre_never_reaches_the_window() -> None:
    """Not even through others: a server has no screen."""
    archrule("no screen at the centre").match("station_app.centre.*").should_not_import("station_app.ui*", "PySide6*").check(
        "station_app"
    )


def test_every_folder_and_module_has_its_place() -> None:
    """A new folder at the top is a decision: it is named in DESIGN and here."""
    assert {name.split("/")[0].removesuffix(".py") for name in SOURCES} == {*LAYERS, *LEAVES, *ENTRY}


def test_only_compose_reaches_several_peers_at_once() -> None:
    """``work`` and what stands above may; below them, a module that needs two peers belongs higher up."""
    for name, source in SOURCES.items():
        for line in (LINES[4], LINES[5]):
            own = name.split("/")[0]
            if own in line:
                used = {i.split(".")[1] for _n, i in imports_of(source) if i.startswith("station_app.") and i.count(".")}
                assert not (used & set(line)) - {own}, name


# ---------------------------------------------------------------- libraries


def misplaced(name: str, source: str) -> list[str]:
    """Imports of libraries that do not belong in this module."""
    return [
        f"{name}:{line} imports {imported}"
        for line, imported in imports_of(source)
        for libraries, places in ONLY_IN.items()
        if begins(imported, libraries) and not name.startswith(places)
    ]


def test_libraries_stay_in_their_folders() -> None:
    """Qt in ui/, reportlab in paper/ and the report's drawing, age and X.509 in trust/, the web in centre/, drivers in store/."""
    assert [wrong for name, source in SOURCES.items() for wrong in misplaced(name, source)] == []


@pytest.mark.parametrize("module", ["sync/bundle.py", "store/heads.py", "store/entries.py"])
def test_pure_modules_import_nothing_that_reaches_out(module: str) -> None:
    """Bundles, heads and entries are functions of their arguments."""
    assert [i for _n, i in imports_of(SOURCES[module]) if begins(i, tuple(REACHING_OUT))] == []
    names = {n.id for n in ast.walk(tree_of(SOURCES[module])) if isinstance(n, ast.Name)}
    assert not names & {"open", "print", "input"}


@pytest.mark.parametrize("layer", ["values", "spec", "kinds"])
def test_values_specs_and_kinds_do_not_run_statements(layer: str) -> None:
    """They describe; a kind returns a Select and others execute it."""
    for name, source in SOURCES.items():
        if name.startswith(f"{layer}/"):
            calls = [n.func for n in ast.walk(tree_of(source)) if isinstance(n, ast.Call)]
            assert not {c.attr for c in calls if isinstance(c, ast.Attribute)} & {"execute", "scalar", "scalars"}, name


# ---------------------------------------------------------------- one door (invariant 1)

_WRITING = re.compile(
    r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+(\S+\s+SET\s|$)|DELETE\s+FROM\s|DROP\s+(TABLE|INDEX|TRIGGER)\s|"
    r"ALTER\s+TABLE\s|CREATE\s+(TEMP\s+|VIRTUAL\s+|UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s|TRUNCATE\s|PRAGMA\s|COPY\s+\S+\s+FROM)",
    re.IGNORECASE,
)


def writes_rows(name: str, source: str) -> list[str]:
    """Places where a module outside store/ could write rows: statements, SQL text, sessions, raw drivers."""
    found: list[str] = []
    tree = tree_of(source)
    docs = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and n.body and isinstance(n.body[0], ast.Expr)
    }
    for line, imported in imports_of(source):
        last = imported.rpartition(".")[2]
        if imported.startswith("sqlalchemy") and last in {"insert", "update", "delete", "text", "Session", "sessionmaker", "DDL"}:
            found.append(f"{name}:{line} imports {imported}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs and _WRITING.match(node.value):
            found.append(f"{name}:{node.lineno} has SQL that writes")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = ast.unparse(node.func.value)
            if node.func.attr in {"insert", "update", "delete"} and on.endswith(("__table__", "table")):
                found.append(f"{name}:{node.lineno} makes a statement that writes")
            if node.func.attr in {"exec_driver_sql", "executemany", "executescript", "create_all", "drop_all"}:
                found.append(f"{name}:{node.lineno} calls {node.func.attr}")
    return found


def test_rows_are_written_in_the_store_only() -> None:
    """Invariant 1: outside store/ nobody makes or executes an INSERT, UPDATE or DELETE."""
    assert [w for name, source in SOURCES.items() if not name.startswith("store/") for w in writes_rows(name, source)] == []


def test_kinds_tables_are_written_by_the_fold_only() -> None:
    """Inside store/ too, one module writes kinds' rows (rebuilding empties them); the others have tables of their own."""
    for name, source in SOURCES.items():
        if not name.startswith("store/") or name in ("store/fold.py", "store/rebuild.py") or name.startswith("store/migrations/"):
            continue
        for node in ast.walk(tree_of(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"insert", "update", "delete"}:
                target = ast.unparse(node.args[0])
                own = {"device_table", "entry_table", "fact", "key_table", "touch", "sight", "erased", "held", "local"}
                assert target in own, f"{name}:{node.lineno} {target}"


# ---------------------------------------------------------------- names, lengths, first lines


def test_names_say_what_a_module_is_made_of() -> None:
    """No utils, helpers, manager, services, common, models."""
    # "service" is what a station gives to people: a kind of CONTRACT, not a layer of objects.
    parts = {part.removesuffix(".py") for name in SOURCES if name != "kinds/service.py" for part in name.split("/")}
    assert not parts & NAMES_THAT_SAY_NOTHING


def test_no_module_is_longer_than_500_lines() -> None:
    """A longer one does two things."""
    assert {name: source.count("\n") for name, source in SOURCES.items() if source.count("\n") > 500} == {}


def sentence_missing(source: str) -> bool:
    """Whether the module does not begin with one line of purpose, a sentence."""
    doc = ast.get_docstring(tree_of(source))
    first = (doc or "").split("\n", 1)[0].strip()
    return not re.fullmatch(r"([A-Z*`]|station_app: ).*[.!?]", first)


def test_the_first_line_of_each_module_says_its_purpose() -> None:
    """One sentence, on the first line."""
    assert [name for name, source in SOURCES.items() if sentence_missing(source)] == []


def test_no_import_is_relative_and_none_is_a_star() -> None:
    """A name says from where it comes."""
    for name, source in SOURCES.items():
        for node in ast.walk(tree_of(source)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0 and all(alias.name != "*" for alias in node.names), f"{name}:{node.lineno}"


# ---------------------------------------------------------------- these rules can fail


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import insert", "from sqlalchemy.dialects.sqlite import insert", "x.execute('DELETE FROM visit')",
        "x.execute(f'UPDATE {t} SET a = 1')", "KINDS[k].__table__.insert()", "my_table.update()", "from sqlalchemy.orm import Session",
        "from sqlalchemy import text", "c.exec_driver_sql('select 1')", "Base.metadata.drop_all(c)",
        "x = 'insert or replace into a values (1)'",
    ],
)  # fmt: skip
def test_a_planted_write_is_found(source: str) -> None:
    """The scan of the one door sees each way of writing."""
    assert writes_rows("report/planted.py", source)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("work/planted.py", "def f():\n    from PySide6.QtCore import Qt"), ("report/month.py", "import reportlab.lib"),
        ("store/vault.py", "from cryptography import x509"), ("sync/bundle.py", "import pyrage"), ("cli/x.py", "import fastapi"),
        ("ui/x.py", "import sqlite3"), ("sync/x.py", "from cryptography.hazmat.primitives.serialization import pkcs7"),
    ],
)  # fmt: skip
def test_a_planted_library_is_found(name: str, source: str) -> None:
    """Also inside a function, or by a name of its inside."""
    assert misplaced(name, source)


def test_a_missing_first_line_is_found() -> None:
    """Nothing, a fragment, a name."""
    assert all(sentence_missing(s) for s in ("x = 1", '"""utilities"""', '"""Reads"""', '"""\nReads files.\n"""\nx = "."'[:4] + '"""'))
