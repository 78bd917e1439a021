"""Writes vector-1.json: an entry and its hash, computed with hashlib, hmac and json alone, independent of the program."""
import hashlib, hmac, json, struct  # noqa: E401
def dump(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()  # noqa: E704
head = {"device": "3f2a9c1e-0b7d-4c55-9a10-6c1d2e3f4a5b", "seq": 3, "time": 1711785600000, "seen": {"9b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9": 7}, "author": "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f", "action": "edit", "batch": None, "schema": 1, "op": "018e8f3a-7b2c-7d4e-8f50-112233445566"}
items = [("farm_plot", "018e8f3a-0000-7000-8000-000000000001", "o", {"area": 10400, "state": "joined"}), ("resident", "018e8f3a-0000-7000-8000-000000000002", "o", {"sex": "2"}), ("resident", "018e8f3a-0000-7000-8000-000000000002", "p", {"name": "𬶏玉梅", "phone": None})]
salt, prev = bytes(range(16)), hashlib.sha256(b"the entry before").digest()
line = b'{"head":' + dump(head) + b',"salt":"' + salt.hex().encode() + b'","items":[' + b",".join(dump([k, r, b, "p"] if c == "p" else [k, r, b]) for k, r, c, b in items) + b"]}"
salts = [hmac.new(salt, struct.pack(">I", i), "sha256").digest() for i in range(len(items))]
bodies = [hashlib.sha256(s + dump(b)).digest() for s, (_k, _r, _c, b) in zip(salts, items, strict=True)]
digests = [hashlib.sha256(c.encode() + struct.pack(">I", len(k)) + k.encode() + struct.pack(">I", len(r)) + r.encode() + d).digest() for (k, r, c, _b), d in zip(items, bodies, strict=True)]
withheld = b'{"head":' + dump(head) + b',"salts":' + dump([s.hex() if c == "o" else None for s, (_k, _r, c, _b) in zip(salts, items, strict=True)]) + b',"items":[' + b",".join(dump([k, r, b] if c == "o" else [k, r, c, None, d.hex()]) for (k, r, c, b), d in zip(items, bodies, strict=True)) + b"]}"
print(json.dumps({"line": line.decode(), "prev": prev.hex(), "hash": hashlib.sha256(prev + hashlib.sha256(dump(head)).digest() + b"".join(digests)).hexdigest(), "withheld_line": withheld.decode()}, ensure_ascii=False, indent=1))
