"""Conflicts as questions to a person: who wrote what, when, on which computer, what stood there before; and the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_the_class
from datetime import datetime

from station_app.clock import LOCAL, today
from station_app.compose.station import OpenStation
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.spec.fields import Field
from station_app.spec.masking import masked
from station_app.spec.meanings import Wire
from station_app.spec.typed import Surroundings, read_typed, show_typed
from station_app.store.change import Done, Edit
from station_app.store.conflicts import Conflict, Told
from station_app.store.heads import REMOVED, WHOLE
from station_app.store.records import Reader
from station_app.store.refusals import StoreRefusal
from station_app.wording import sentence_named


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers: a value somebody wrote, in words. ``before``: what they saw when they wrote it."""

    head: str  # device:seq
    text: str
    who: str
    where: str
    when: str
    before: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One conflict as a person is asked about it."""

    id: str
    kind: str
    record: str
    field: str
    title: str
    name: str
    sentence: str
    choices: tuple[Choice, ...]
    typable: bool  # whether a value that nobody wrote can be typed instead
    opened_at: Mapping[str, int] = of_the_class(compare=False)


def questions(station: OpenStation, most: int | None = None) -> list[Question]:
    """The station's conflicts, the oldest record first; ``most``: only so many."""
    store = station.store
    opened_at = store.position()
    with store.reading() as reader:
        teller = _Teller(station, reader)
        found = store.conflicts()
        return [teller.question(one, store.told(one), opened_at) for one in (found if most is None else found[:most])]


def decide(station: OpenStation, question: Question, head: str) -> Done | Refusal:
    """Take one of the values; ``stale`` when something newer came since the question was read."""
    return station.store.resolve(question.id, head, station.author, opened_at=question.opened_at)


def decide_typed(
    station: OpenStation, conflict: str, typed: str, opened_at: Mapping[str, int] | None = None
) -> Done | Refusal:
    """Take a value that none of the computers had, as people type it; empty empties the field."""
    kind, _colon, rest = conflict.partition(":")
    declared, name = KINDS.get(kind), rest.rpartition(":")[2]
    known = declared.fields.get(name) if declared is not None else None
    if known is None:
        return Refusal(StoreRefusal.UNKNOWN_FIELD, {"kind": kind, "field": name})
    read = read_typed(known, typed, Surroundings(today(), township=station.store.station[:9]))
    if read.reason is not None:
        why = _(sentence_named(read.reason))
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": _(known.title), "name": name, "why": why})
    return station.store.resolve(conflict, None, station.author, value=read.value, opened_at=opened_at)


def computer_name(station: OpenStation, device: str, reader: Reader) -> str:
    """A computer as people know it: by its name, by its room, else by the beginning of its id."""
    if device == station.store.device:
        return _("this computer")
    found = reader.get("computer", device)
    room = reader.caption("room", str(found.fields["room"])) if found is not None and found.fields.get("room") else ""
    if found is not None and found.fields.get("name"):
        return str(found.fields["name"])
    return room or _("computer {id}", id=device[:8])


def name_computer(station: OpenStation, name: str, room: str | None = None) -> Done | Refusal:
    """Say what this computer is called."""
    fields: dict[str, Wire] = {"name": name.strip()}
    if room is not None:
        fields["room"] = room
    return station.store.change([Edit("computer", fields, station.store.device)], station.author, "set")


class _Teller:
    """Turns conflicts into words, names read once."""

    def __init__(self, station: OpenStation, reader: Reader) -> None:
        self.station, self.reader = station, reader
        self._names: dict[str, str] = {}
        self._computers: dict[str, str] = {}

    def question(self, one: Conflict, told: Sequence[Told], opened_at: Mapping[str, int]) -> Question:
        declared = KINDS[one.kind]
        title = self.reader.caption(one.kind, one.record) or declared.titled()
        known = declared.fields.get(one.field)
        name = _(known.title) if known is not None else _("Removed") if one.field == REMOVED else declared.titled()
        texts = self._texts(one, told)
        choices = tuple(
            Choice(
                f"{head['device']}:{head['seq']}", text, self._who(head["author"]), self._where(head["device"]),
                _day(int(head["time"])), self._before(known, facts), head["device"] == self.station.store.device,
            )
            for head, facts, text in zip(one.heads, told, texts, strict=True)
        )  # fmt: skip
        sentence = self._sentence(title, name, one, choices)
        typable = known is not None and known.meaning.name not in ("blob", "data", "reference", "references")
        return Question(one.id, one.kind, one.record, one.field, title, name, sentence, choices, typable, opened_at)

    def _texts(self, one: Conflict, told: Sequence[Told]) -> list[str]:
        declared = KINDS[one.kind]
        if one.field == REMOVED:
            return [self._removal(one, bool(head["value"]), facts) for head, facts in zip(one.heads, told, strict=True)]
        if one.field == WHOLE:
            return self._wholes(one)
        return self.distinct(declared.fields[one.field], [head["value"] for head in one.heads])

    def _removal(self, one: Conflict, removed: bool, facts: Told) -> str:
        if removed:
            return _("remove it")
        fields = KINDS[one.kind].fields
        wrote = [_(fields[n].title) for n in facts.wrote if n in fields and not fields[n].computed]
        return _("keep it (changed: {fields})", fields="、".join(wrote)) if wrote else _("keep it")

    def _wholes(self, one: Conflict) -> list[str]:
        """Of whole records, the fields in which they differ."""
        fields = KINDS[one.kind].fields
        differing = [
            (n, f) for n, f in fields.items()
            if not f.computed and len({repr(h["value"].get(n)) for h in one.heads}) > 1
        ]  # fmt: skip
        columns = [
            [f"{_(f.title)}：{text}" for text in self.distinct(f, [h["value"].get(n) for h in one.heads])]
            for n, f in differing
        ]
        return ["；".join(column[at] for column in columns) or _("(empty)") for at in range(len(one.heads))]

    def distinct(self, known: Field, values: Sequence[Wire]) -> list[str]:
        """Values as people read them, masked where they must be; of masked ones as much as tells them apart."""
        whole = [self._show(known, value) for value in values]
        hidden = [masked(known, text) if text else text for text in whole]
        if len(set(hidden)) < len(set(whole)) and len({len(text) for text in (*whole, *hidden)}) == 1:
            hidden = [
                "".join(
                    plain if len({other[at] for other in whole}) > 1 else stars
                    for at, (plain, stars) in enumerate(zip(text, veil, strict=True))
                )
                for text, veil in zip(whole, hidden, strict=True)
            ]
        return [text or _("(empty)") for text in (hidden if len(set(hidden)) == len(set(whole)) else whole)]

    def _show(self, known: Field, value: Wire) -> str:
        if value is None or value == []:
            return ""
        if known.target is not None:
            ids = value if isinstance(value, list) else [str(value)]
            return "、".join(self.reader.caption(known.target, one) or _("(not known here)") for one in ids)
        return _("attached") if known.meaning.name == "blob" else show_typed(known, value)

    def _before(self, known: Field | None, facts: Told) -> str:
        if known is None or known.name not in facts.before:
            return ""
        value: Wire = facts.before[known.name]  # type: ignore[assignment]  # the journal holds wire values
        return masked(known, self._show(known, value)) or _("(empty)")

    def _sentence(self, title: str, name: str, one: Conflict, choices: Sequence[Choice]) -> str:
        if one.field == REMOVED:
            parts = [
                _("{whose} on {when}: {text}", whose=self._whose(c), when=c.when, text=c.text) for c in choices
            ]  # fmt: skip
            return _("{title}: {parts}. Which shall hold?", title=title, parts="；".join(parts))
        parts = [_("{whose} on {when}: “{text}”", whose=self._whose(c), when=c.when, text=c.text) for c in choices]
        said = _("{title}, {field}: {parts}. Which one is right?", title=title, field=name, parts="；".join(parts))
        before = {c.before for c in choices}
        if len(before) == 1 and before != {""}:
            said += _(" Before, it was “{text}”.", text=before.pop())
        return said

    def _whose(self, choice: Choice) -> str:
        return _("{who} ({where})", who=choice.who, where=choice.where)

    def _who(self, author: str) -> str:
        if author not in self._names:
            ours = author == self.station.user.id
            found = _("you") if ours else self.station.user_name(author)
            self._names[author] = found if found != author else _("a user not known here")
        return self._names[author]

    def _where(self, device: str) -> str:
        if device not in self._computers:
            self._computers[device] = computer_name(self.station, device, self.reader)
        return self._computers[device]


def _day(time: int) -> str:
    at = datetime.fromtimestamp(time / 1000, LOCAL)
    day = _("{month}/{day}", month=at.month, day=at.day)
    if at.year != today().year:
        day = _("{month}/{day}/{year}", year=at.year, month=at.month, day=at.day)
    return f"{day} {at:%H:%M}"
