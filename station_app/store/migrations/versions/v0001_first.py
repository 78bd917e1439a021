"""Every table of the first release.

Written by ``python -m tests.migrations.first``; frozen with the release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
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
    """Create them; what only a station has, only there."""
    op.create_table(
        "activity",
        key("station"), key("id"), small("removed"), words("name"), words("held_on"), words("start"), words("end"),
        words("place"), words("category"), words("theme"), words("village"), big("participants"), big("volunteers"),
        words("roll"), words("org_unit"), words("leader"), big("cost"), words("evaluation"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_activity"),
    )  # fmt: skip
    op.create_table(
        "assessment",
        key("station"), key("id"), small("removed"), words("resident"), words("assessed_on"), words("reason"),
        small("screening"), words("assessor"), words("assessor_2"), small("medical_assessor"), words("info_provider"),
        words("info_relation"), big("eating"), big("grooming"), big("bathing"), big("dressing_upper"),
        big("dressing_lower"), big("bladder"), big("bowel"), big("toilet"), big("bed"), big("transfer"),
        big("walking"), big("stairs"), big("time_sense"), big("place_sense"), big("person_sense"), big("memory"),
        big("understanding"), big("expression"), big("aggression"), big("depression"), big("consciousness"),
        big("sight"), big("hearing"), big("daily_tasks"), big("transport"), big("social"), small("coma"),
        small("dementia"), big("risk_events"), big("total"), words("preliminary"), words("adjustment"), words("level"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_assessment"),
    )  # fmt: skip
    op.create_table(
        "elder",
        key("station"), key("id"), small("removed"), words("resident"), words("file_date"), words("living"),
        small("alone"), small("empty_nest"), small("left_behind"), small("suspected_disabled"), small("over_80"),
        small("dibao"), words("visit_class"), words("next_visit_due"), words("changed_on"), words("contact_name"),
        words("contact_relation"), words("contact_phone"), words("contact_2_name"), words("contact_2_relation"),
        words("contact_2_phone"), words("contact_3_name"), words("contact_3_relation"), words("contact_3_phone"),
        words("key_holder"), small("coal_risk"), words("income"), words("medical_pay"), words("diagnosis"),
        big("falls"), big("strays"), big("chokes"), big("self_harms"), big("other_risks"), words("closed_on"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_elder"),
    )  # fmt: skip
    op.create_index("ix_elder_resident", "elder", ["resident"])
    op.create_table(
        "farm_help",
        key("station"), key("id"), small("removed"), words("plot"), words("helped_on"), words("kind"),
        words("volunteers"), big("helpers"), big("persons"), big("machine_hours"), big("diesel"), big("cost"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_farm_help"),
    )  # fmt: skip
    op.create_table(
        "farm_plot",
        key("station"), key("id"), small("removed"), words("owner"), words("name"), big("area"), words("village"),
        words("address"), words("crops"), words("land_right"), words("water"), words("cert_no"),
        words("agreement_file"), words("sketch"), words("joined_on"), words("left_on"), big("opening_help_times"),
        big("opening_sold"), big("opening_price"), big("opening_sales"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_farm_plot"),
    )  # fmt: skip
    op.create_table(
        "fold_conflict",
        key("station"), key("record"), key("kind"), key("field"), sa.Column("heads", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "record", "kind", "field", name="pk_fold_conflict"),
    )  # fmt: skip
    op.create_table(
        "fold_misfit",
        key("station"), key("record"), key("kind"), key("field"),
        sa.PrimaryKeyConstraint("station", "record", "kind", "field", name="pk_fold_misfit"),
    )  # fmt: skip
    op.create_table(
        "fold_sight",
        sa.Column("no", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("other", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("other_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no", "other", "seq", name="pk_fold_sight"), sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "fold_touch",
        key("record"), key("kind"), sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("record", "kind", "at", name="pk_fold_touch"), sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "harvest",
        key("station"), key("id"), small("removed"), words("plot"), words("crop"), words("sown_on"),
        words("harvested_on"), big("weight"), big("own"), big("donated"), big("sold"), big("loss"), big("stock"),
        big("balance"), big("moisture"), big("grade"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_harvest"),
    )  # fmt: skip
    op.create_table(
        "household",
        key("station"), key("id"), small("removed"), words("number"), words("head"), words("village"),
        words("address"), big("members_count"), big("land"), words("dwelling"), words("heating"), big("distance"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_household"),
    )  # fmt: skip
    op.create_table(
        "journal_device",
        sa.Column("no", sa.Integer(), nullable=False), key("station"), key("device"),
        sa.Column("seq", sa.BigInteger(), nullable=False), sa.Column("folded", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False), sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.SmallInteger(), nullable=False), sa.PrimaryKeyConstraint("no", name="pk_journal_device"),
    )  # fmt: skip
    op.create_index("uq_journal_device_device", "journal_device", ["device"], unique=True)
    op.create_table(
        "journal_entry",
        sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("op", sa.LargeBinary(), nullable=False), sa.Column("batch", sa.String()),
        sa.Column("hash", sa.LargeBinary(), nullable=False), sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("at", name="pk_journal_entry"),
    )  # fmt: skip
    op.create_index("ix_journal_entry_batch", "journal_entry", ["batch"],
        sqlite_where=sa.text("batch IS NOT NULL"), postgresql_where=sa.text("batch IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_journal_entry_op", "journal_entry", ["op"])
    op.create_table(
        "local_fact",
        key("name"), sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_local_fact"),
    )  # fmt: skip
    op.create_table(
        "month_report",
        key("station"), key("id"), small("removed"), words("month"), big("number"), words("state"), words("signed_on"),
        words("position"), words("figures"), words("differences"), words("supplement"), words("pdf"), words("records"),
        words("key_work"), words("problems_text"), words("plans"), words("remark"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_month_report"),
    )  # fmt: skip
    op.create_table(
        "plot_application",
        key("station"), key("id"), small("removed"), words("plot"), words("owner"), words("applied_on"),
        words("reason"), words("consent"), words("signature"), words("visited_on"), words("decision"),
        words("decided_on"), words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_plot_application"),
    )  # fmt: skip
    op.create_table(
        "policy",
        key("station"), key("id"), small("removed"), words("name"), words("effective_from"), words("table"),
        words("source"), words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_policy"),
    )  # fmt: skip
    op.create_table(
        "resident",
        key("station"), key("id"), small("removed"), words("name"), words("id_no"), words("id_type"), words("sex"),
        words("birth_date"), words("birth_said"), words("birth_calendar"), words("birth_month"), words("ethnic_code"),
        words("phone"), words("phone_2"), words("phone_note"), words("village"), words("address"), words("household"),
        words("relation"), words("groups"), words("name_mongol"), words("name_former"), words("alias"),
        words("hukou_type"), words("hukou_addr"), words("marital"), words("education"), words("politics"),
        words("guardian"), words("filed_on"), words("closed_on"), small("deceased"), words("deceased_on"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_resident"),
    )  # fmt: skip
    op.create_index("ix_resident_id_no", "resident", ["id_no"])
    op.create_table(
        "room",
        key("station"), key("id"), small("removed"), words("name"), words("village"), words("address"), words("phone"),
        words("leader"), words("opened_on"), words("closed_on"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_room"),
    )  # fmt: skip
    op.create_table(
        "sale",
        key("station"), key("id"), small("removed"), words("plot"), words("harvest"), words("crop"), words("sold_on"),
        big("weight"), big("price"), big("amount"), words("channel"), words("buyer"), big("platform_fee"), big("net"),
        big("paid"), words("paid_on"), words("pays"), words("signature"), words("reverses"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_sale"),
    )  # fmt: skip
    op.create_table(
        "service",
        key("station"), key("id"), small("removed"), words("kind"), words("beneficiary"), words("service_date"),
        words("start"), words("end"), big("duration"), big("quantity"), words("unit"), words("provider"),
        words("provider_name"), words("volunteer"), big("cost"), big("satisfaction"), words("signature"),
        words("witness"), words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_service"),
    )  # fmt: skip
    op.create_table(
        "station",
        key("station"), key("id"), small("removed"), words("name"), words("code"), words("division"), words("address"),
        words("phone"), words("head"), words("operator"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_station"),
    )  # fmt: skip
    op.create_table(
        "visit",
        key("station"), key("id"), small("removed"), words("resident"), words("visit_at"), words("mode"),
        words("visit_class"), words("visitors"), words("volunteers"), big("duration"), small("seen_in_person"),
        words("health"), words("mood"), words("safety"), words("hygiene"), words("environment"), small("abnormal"),
        words("follow_up_due"), words("handled_on"), words("handling"), words("items"), words("needs"), words("photo"),
        words("photo_consent"), words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_visit"),
    )  # fmt: skip
    op.create_table(
        "volunteer",
        key("station"), key("id"), small("removed"), words("name"), words("id_no"), words("sex"), words("birth_date"),
        words("phone"), words("area"), words("skills"), words("service_types"), words("resident"), words("consent"),
        words("guardian_consent"), words("registered_on"), words("left_on"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_volunteer"),
    )  # fmt: skip
    op.create_index("ix_volunteer_id_no", "volunteer", ["id_no"])
    op.create_table(
        "volunteer_hours",
        key("station"), key("id"), small("removed"), words("volunteer"), words("activity"), words("service_date"),
        words("start"), words("end"), big("hours"), words("place"), words("content"), words("category"),
        words("org_unit"), words("leader"), words("recorded_on"), big("recorded_after"), small("unpaid"),
        big("quality"), small("approved"), words("reverses"), words("note"),
        sa.PrimaryKeyConstraint("station", "id", name="pk_volunteer_hours"),
    )  # fmt: skip
    op.create_table(
        "worker",
        key("station"), key("id"), small("removed"), words("name"), words("id_no"), words("sex"), words("birth_date"),
        words("phone"), words("education"), words("post"), words("room"), words("started_on"), words("left_on"),
        words("cert_level"), words("cert_no"), words("cert_since"), words("cert_valid_to"), words("bank_account"),
        words("note"), sa.PrimaryKeyConstraint("station", "id", name="pk_worker"),
    )  # fmt: skip
    op.create_index("ix_worker_id_no", "worker", ["id_no"])
    if op.get_context().opts["searchable"]:
        op.create_table(
            "search_key",
            sa.Column("no", sa.Integer(), nullable=False), key("kind"), key("record"),
            sa.PrimaryKeyConstraint("no", name="pk_search_key"),
        )  # fmt: skip
        op.create_index("ix_search_key_record", "search_key", ["record"])
        op.execute(
            "CREATE VIRTUAL TABLE search_text USING fts5("
            "name, spelling, number, words, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\", prefix='2 4')"
        )
