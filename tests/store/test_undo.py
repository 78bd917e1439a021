"""Taking back: one entry, a whole import, what was built on it, and taking back the taking back."""

from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from tests.store.conftest import AUTHOR


def test_an_import_of_many_rows_is_taken_back_whole_and_brought_back(store: Store) -> None:
    """Every record of every entry of the batch; and the undo is a batch that can be taken back, too."""
    groups = [[Edit("t_loose", {"name": f"名{n}" * 20, "a": n})] for n in range(1_500)]
    done = store.batch(groups, AUTHOR, "import")
    assert isinstance(done, Done) and len(done.entries) > 1
    undone = store.undo(done.entries[-1], AUTHOR)
    assert isinstance(undone, Done) and len(undone.records) == 1_500
    with store.reading() as reader:
        assert reader.count("t_loose") == 0
        assert reader.find("名7") == []
    assert isinstance(store.undo(undone.entries[0], AUTHOR), Done)
    with store.reading() as reader:
        assert reader.count("t_loose") == 1_500
    assert store.differences() == []


def test_what_others_built_on_is_not_taken_back_silently(store: Store) -> None:
    """A later change of the same field, or of a record the entry created, refuses; another field does not."""
    made = store.change([Edit("t_loose", {"a": 1, "b": 1})], AUTHOR, "create")
    assert isinstance(made, Done)
    record = made.records[0]
    first = store.change([Edit("t_loose", {"a": 2}, record)], AUTHOR, "edit")
    assert isinstance(first, Done)
    assert isinstance(store.change([Edit("t_loose", {"b": 9}, record)], AUTHOR, "edit"), Done)
    refused = store.undo(made.entries[0], AUTHOR)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.CANNOT_UNDO
    assert isinstance(store.undo(first.entries[0], AUTHOR), Done)
    with store.reading() as reader:
        found = reader.get("t_loose", record)
    assert found is not None and found.fields == {"a": 1, "b": 9}
