"""Conversations, messages, cases."""

import sqlalchemy as sa
from alembic import op

from bot.database import Moment

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=80)),
        sa.Column("message", _ID),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40)),
        sa.Column("region", sa.String(length=12)),
        sa.Column("office", sa.String(length=60)),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("operator", sa.String(length=80)),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("telephone", sa.Text()),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("days_allowed", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_due_sure", sa.Boolean(), nullable=False),
        sa.Column("closed_at", Moment()),
        sa.Column("rating", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message"),
        sa.UniqueConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("cases_in_order", "cases", ["state", "priority", "due_on"])
    op.create_index("ix_cases_conversation", "cases", ["conversation"])

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=10), nullable=False),
        sa.Column("operator", sa.String(length=80)),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=12)),
        sa.Column("topic", sa.String(length=40)),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("deadline", Moment()),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversations_deadline", "conversations", ["deadline"])

    op.create_table(
        "lookups",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lookups_at", "lookups", ["at"])
    op.create_index("ix_lookups_caller", "lookups", ["caller"])
    op.create_index("ix_lookups_number", "lookups", ["number"])

    op.create_table(
        "case_events",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case", _ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case", "case_events", ["case"])

    op.create_table(
        "messages",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=10), nullable=False),
        sa.Column("client_id", sa.String(length=64)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("decision", sa.JSON()),
        sa.Column("reply_to", _ID),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("handled_at", Moment()),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation", "author", "client_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_of_conversation", "messages", ["conversation", "id"])
    op.create_index("messages_replies", "messages", ["reply_to"])
    pending = sa.text("author = 'citizen' AND handled_at IS NULL")
    op.create_index("messages_pending", "messages", ["id"], sqlite_where=pending, postgresql_where=pending)


def downgrade() -> None:
    for table in ("messages", "case_events", "lookups", "conversations", "cases"):
        op.drop_table(table)
