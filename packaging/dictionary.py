"""Makes the dictionary with which journal lines are compressed, from entries of nobody: ``python packaging/dictionary.py NUMBER``.

A dictionary trained on real entries would hold personal data (DESIGN, "Fold, precisely" 11). One that was released is never
made again: lines in databases need it for ever. A further one gets the next number and stands beside it.
"""

import random
import secrets
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import station_app.kinds  # noqa: E402, F401  # every kind
from station_app.kinds.base import KINDS, Record  # noqa: E402
from station_app.store import entries as e  # noqa: E402
from station_app.store.change import Edit, applied, items_of  # noqa: E402
from station_app.store.entries import SCHEMA  # noqa: E402
from station_app.store.packing import DICTIONARIES, split  # noqa: E402

SIZE = 48 * 1024
SAMPLES = 12_000
ACTIONS = ("create", "edit", "remove", "undo", "resolve", "import", "new", "export", "init")
_WORDS = "正常一般良好已处理入户走访电话探访老人身体健康精神情绪安全用电燃气卫生居住环境村社户号帮助播种除草收获搬运清扫活动服务中心广场"


def value(dice: random.Random, field: Any) -> Any:
    """Something that fits the field and is said of nobody."""
    text = "".join(dice.choice(_WORDS) for _ in range(dice.randint(2, 12)))
    year, month, day = dice.randint(2024, 2029), dice.randint(1, 12), dice.randint(1, 28)
    if field.codes is not None:
        codes = list(field.code_titles)
        return dice.sample(codes, min(2, len(codes))) if field.meaning.name == "choices" else dice.choice(codes)
    made: dict[str, Any] = {
        "date": f"{year}-{month:02}-{day:02}", "moment": f"{year}-{month:02}-{day:02}T{dice.randint(8, 18):02}:{dice.choice((0, 15, 30, 45)):02}",
        "time": f"{dice.randint(7, 19):02}:{dice.choice((0, 30)):02}", "reference": str(uuid.UUID(int=dice.getrandbits(128))),
        "references": [str(uuid.UUID(int=dice.getrandbits(128)))], "blob": dice.randbytes(32).hex(), "yes_no": dice.random() < 0.5,
        "division": f"15{dice.randint(6, 6):02}{dice.randint(2, 27):02}{dice.randint(100, 230)}{dice.randint(200, 230)}",
        "id_number": f"1527{dice.randint(22, 28)}19{dice.randint(30, 99)}{month:02}{day:02}{dice.randint(996, 999)}{dice.randint(0, 9)}",
        "phone": f"1{dice.randint(30, 99)}0000{dice.randint(0, 9999):04}", "data": '{"a": 1}', "consent": "given",
    }  # fmt: skip
    if field.meaning.name in made:
        return made[field.meaning.name]
    return dice.randint(1, 500) * dice.choice((1, 5, 15, 100)) if field.meaning.storage.value == "integer" else text


def fields_of(dice: random.Random, kind: type[Record], whole: bool) -> dict[str, Any]:
    """Some of a kind's fields."""
    typed = [f for f in kind.fields.values() if not f.computed]
    some = typed if whole else dice.sample(typed, min(len(typed), dice.randint(1, 4)))
    return {f.name: value(dice, f) for f in some if f.needed or not whole or dice.random() < 0.7}


def lines(dice: random.Random) -> Iterator[bytes]:
    """What is packed of lines of devices that never were: small edits, new records, parts of batches."""
    kinds = list[type[Record]](KINDS.classes())
    for number in range(SAMPLES):
        device, author, op = (str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(3))
        batch = (str(uuid.UUID(int=dice.getrandbits(128))), dice.randint(1, 9), 9) if number % 5 == 0 else None
        seen = {str(uuid.UUID(int=dice.getrandbits(128))): dice.randint(1, 9_999)} if number % 23 == 0 else {}
        kind = dice.choice(kinds)
        items: list[e.Item] = []
        for _ in range(dice.randint(2, 4) if number % 9 == 0 else 1):
            record = f"01{dice.randbytes(3).hex()}-{dice.randbytes(2).hex()}-7{dice.randbytes(2).hex()[:3]}-{dice.randbytes(2).hex()}-{dice.randbytes(6).hex()}"
            written = applied(kind, Edit(kind.kind_name, fields_of(dice, kind, number % 3 == 0), record), None)
            items += items_of(written)
        if items:
            time = 1_700_000_000_000 + dice.randint(0, 10**11)
            head = e.Head(device, dice.randint(1, 99_999), time, seen, author, dice.choice(ACTIONS), batch, SCHEMA, op)
            yield split(e.make(head, dice.randbytes(16), items).line, uuid.UUID(op).bytes)[1]


def main(words: list[str]) -> int:
    """Write the dictionary of this number, unless it was released."""
    number = int(words[0])
    target = DICTIONARIES / f"{number}.dict"
    if target.exists():
        print(f"{target.name} is there already: databases need it as it is")
        return 1
    samples = list[bytes | bytearray | memoryview](lines(random.Random(number)))
    trained = zstandard.train_dictionary(SIZE, samples, dict_id=number, level=6)
    DICTIONARIES.mkdir(parents=True, exist_ok=True)
    target.write_bytes(trained.as_bytes())
    fresh = list(lines(random.Random(secrets.randbits(32))))[:2_000]
    packer = zstandard.ZstdCompressor(level=6, dict_data=trained)
    bare = zstandard.ZstdCompressor(level=6)
    print(f"{target}: {len(trained.as_bytes())} bytes; a line {sum(map(len, fresh)) // len(fresh)} →"
          f" {sum(len(packer.compress(x)) for x in fresh) // len(fresh)} (without it {sum(len(bare.compress(x)) for x in fresh) // len(fresh)})")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
