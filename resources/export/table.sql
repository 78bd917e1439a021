CREATE TABLE "raw_{name}" ({raw});
.import --csv --skip 1 "{file}" "raw_{name}"
CREATE TABLE "{name}" ({typed});
INSERT INTO "{name}" SELECT {values} FROM "raw_{name}";
DROP TABLE "raw_{name}";
