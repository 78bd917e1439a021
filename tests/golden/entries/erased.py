"""Writes vector-2.json: a line before and after an erasure (a withheld item among its stubs), with hashlib, hmac and json alone."""
import hashlib, hmac, json, struct  # noqa: E401
def dump(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()  # noqa: E704
def line_of(salts, items): return b'{"head":' + dump(head) + b',"salts":' + dump([s.hex() if s else None for s in salts]) + b',"items":[' + b",".join(items) + b"]}"  # noqa: E704
head = {"device": "3f2a9c1e-0b7d-4c55-9a10-6c1d2e3f4a5b", "seq": 3, "time": 1711785600000, "seen": {}, "author": "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f", "action": "import", "batch": None, "schema": 1, "op": "018e8f3a-7b2c-7d4e-8f50-112233445566"}
gone, kept, by = "018e8f3a-0000-7000-8000-000000000002", "018e8f3a-0000-7000-8000-000000000003", "9b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9:41"
items = [("resident", gone, "o", {"sex": "2"}), ("resident", gone, "p", {"name": "𬶏玉梅"}), ("resident", kept, "o", {"sex": "1"}), ("resident", kept, "p", {"name": "赵虚构"})]
salt, prev = bytes(range(16)), hashlib.sha256(b"the entry before").digest()
raw = [dump([k, r, b, "p"] if c == "p" else [k, r, b]) for k, r, c, b in items]
line = b'{"head":' + dump(head) + b',"salt":"' + salt.hex().encode() + b'","items":[' + b",".join(raw) + b"]}"
salts = [hmac.new(salt, struct.pack(">I", i), "sha256").digest() for i in range(len(items))]
bodies = [hashlib.sha256(s + dump(b)).digest() for s, (_k, _r, _c, b) in zip(salts, items, strict=True)]
digests = [hashlib.sha256(c.encode() + struct.pack(">I", len(k)) + k.encode() + struct.pack(">I", len(r)) + r.encode() + d).digest() for (k, r, c, _b), d in zip(items, bodies, strict=True)]
stubs = [dump([k, r, c, None, d.hex(), by] if r == gone else [k, r, c, None, d.hex()]) for (k, r, c, _b), d in zip(items, bodies, strict=True)]
erased = line_of([None, None, *salts[2:]], [*stubs[:2], *raw[2:]])
at_centre = line_of([None, None, salts[2], None], [*stubs[:2], raw[2], stubs[3]])
print(json.dumps({"line": line.decode(), "erased_by": by, "record": gone, "prev": prev.hex(), "hash": hashlib.sha256(prev + hashlib.sha256(dump(head)).digest() + b"".join(digests)).hexdigest(), "erased_line": erased.decode(), "withheld_and_erased_line": at_centre.decode()}, ensure_ascii=False, indent=1))
