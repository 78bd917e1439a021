"""What the law, keys, erasing, backups and exports need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def big(name: str) -> sa.Column[int]:
    """An integer of 64 bits."""
    return sa.Column(name, sa.BigInteger())


def small(name: str) -> sa.Column[int]:
    """Yes, no or unknown."""
    return sa.Column(name, sa.SmallInteger())


def words(name: str) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text())


def key(name: str) -> sa.Column[str]:
    """A part of a key."""
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    """Only added to: rows that are there stay as they are."""
    op.create_table(
        "access",
        key("station"), key("id"), small("removed"), words("at"), words("way"), words("what"), words("person"),
        big("records"), words("which"), words("shown"), small("minor"), words("second"), words("approval"),
        small("waits"), words("reason"), sa.PrimaryKeyConstraint("station", "id", name="pk_access"),
    )  # fmt: skip
    op.create_table(
        "account",
        key("station"), key("id"), small("removed"), words("name"), words("role"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_account"),
    )  # fmt: skip
    op.create_table(
        "approval",
        key("station"), key("id"), small("removed"), words("at"), words("approves"), words("about"), words("second"),
        words("until"), words("reason"), sa.PrimaryKeyConstraint("station", "id", name="pk_approval"),
    )  # fmt: skip
    op.create_table(
        "computer",
        key("station"), key("id"), small("removed"), words("name"), words("room"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_computer"),
    )  # fmt: skip
    op.create_table(
        "consent",
        key("station"), key("id"), small("removed"), words("resident"), words("volunteer"), words("worker"),
        words("purpose"), words("ground"), words("answer"), words("text_version"), words("shown"), words("given_on"),
        words("by"), words("by_name"), words("proof_kind"), words("proof"), words("withdrawn_on"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_consent"),
    )  # fmt: skip
    op.create_table(
        "data_request",
        key("station"), key("id"), small("removed"), words("resident"), words("volunteer"), words("worker"),
        words("wanted"), words("received_on"), words("by"), words("by_name"), words("identity"), words("words"),
        words("state"), words("answered_on"), words("reason"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_data_request"),
    )  # fmt: skip
    op.create_table(
        "destruction",
        key("station"), key("id"), small("removed"), words("made_on"), words("up_to"), words("lines"), big("total"),
        big("kept"), words("state"), words("head"), words("signed_at"), words("second"), words("destroyed_on"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_destruction"),
    )  # fmt: skip
    op.create_table(
        "distinct_pair",
        key("station"), key("id"), small("removed"), words("people"), words("resident_one"), words("resident_other"),
        words("volunteer_one"), words("volunteer_other"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_distinct_pair"),
    )  # fmt: skip
    op.create_table(
        "erasure",
        key("station"), key("id"), small("removed"), words("erased_on"), words("target_kind"), words("target"),
        words("ground"), words("countersigned_on"), words("reason"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_erasure"),
    )  # fmt: skip
    op.create_table(
        "export",
        key("station"), key("id"), small("removed"), words("at"), words("what"), big("records"), words("form"),
        words("sha256"), small("readable"), small("masked"), words("second"), words("recipient"), words("reason"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_export"),
    )  # fmt: skip
    op.create_table(
        "journal_erased",
        key("station"), key("record"), key("kind"), key("device"), sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station", "record", "kind", name="pk_journal_erased"),
    )  # fmt: skip
    op.create_table(
        "journal_held",
        sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False), key("record"), key("kind"),
        key("device"), sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at", "record", "kind", name="pk_journal_held"),
    )  # fmt: skip
    op.create_table(
        "key_event",
        key("station"), key("id"), small("removed"), words("at"), words("what"), words("whom"), words("role"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_key_event"),
    )  # fmt: skip
    op.add_column("resident", words("merged_into"))
    op.add_column("volunteer", words("merged_into"))
