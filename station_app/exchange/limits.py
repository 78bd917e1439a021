"""How large a file from outside may be (SECURITY A23–A32), in one place for the reader and its tests."""

from typing import Final

#: Bytes of the file itself.
FILE: Final = 10 * 1024 * 1024
#: Bytes of everything in an archive once unpacked, counted while unpacking, never believed.
UNPACKED: Final = 50 * 1024 * 1024
#: How many times larger a member may become; only asked of members above a megabyte.
RATIO: Final = 100
#: Members of an archive.
MEMBERS: Final = 1000
#: The last row of a sheet that may hold anything; a ledger of 50,000 people with its titles and subtotals fits.
ROWS: Final = 60_000
#: The last column of a sheet that may hold anything.
COLUMNS: Final = 100
#: Sheets of a workbook.
SHEETS: Final = 60
#: Characters of one cell: what Excel itself holds.
CELL: Final = 32_767
#: Merged ranges of one sheet.
MERGES: Final = 60_000
#: The reading child: address space, seconds of processor, seconds on the clock.
MEMORY: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 30
CLOCK_SECONDS: Final = 60
#: Bytes the child may hand back.
ANSWER: Final = 200 * 1024 * 1024
#: Rows in one message of the child.
CHUNK: Final = 2000
