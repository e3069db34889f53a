"""The tables of conversations and cases (bot/migrations makes them)."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import METADATA, Moment

# SQLite counts upwards by itself only in a column that is called INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PENDING = sa.text("author = 'citizen' AND handled_at IS NULL")

conversations = sa.Table(
    "conversations",
    METADATA,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("holder", sa.String(10), nullable=False, comment="bot, waiting or operator"),
    sa.Column("operator", sa.String(80), comment="who holds it, where holder is operator"),
    sa.Column("priority", sa.Integer, nullable=False, comment="0 danger, 1 urgent, 2 normal"),
    sa.Column("region", sa.String(12)),
    sa.Column("topic", sa.String(40)),
    sa.Column("since", Moment, nullable=False, comment="when the holder became it"),
    sa.Column("deadline", Moment, index=True, comment="when a waiting or held conversation goes back by itself"),
    sa.Column("opened_at", Moment, nullable=False),
)

messages = sa.Table(
    "messages",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True, comment="grows within a conversation, in commit order"),
    sa.Column("conversation", sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("author", sa.String(10), nullable=False, comment="citizen, bot, operator or system"),
    sa.Column("client_id", sa.String(64), comment="the sender's own id: a repeated send changes nothing"),
    sa.Column("text", sa.Text, nullable=False, comment="masked"),
    sa.Column("content", sa.JSON, nullable=False, comment="buttons, cards and the like"),
    sa.Column("decision", sa.JSON, comment="of a reply: why the bot said this"),
    sa.Column("reply_to", _ID, comment="the citizen's message that this answers"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("handled_at", Moment, comment="of a citizen's message: answered, or left to the operator; null: pending"),
    sa.UniqueConstraint("conversation", "author", "client_id"),
    sa.Index("messages_of_conversation", "conversation", "id"),
    sa.Index("messages_replies", "reply_to"),
    sa.Index("messages_pending", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    sqlite_autoincrement=True,
)

cases = sa.Table(
    "cases",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column(
        "nonce", sa.String(32), nullable=False, comment="with the server's key it makes the secret; alone nothing"
    ),
    sa.Column("conversation", sa.String(80), index=True, comment="null where the citizen had it deleted"),
    sa.Column("message", _ID, unique=True, comment="the message that opened it: read twice, opened once"),
    sa.Column("kind", sa.String(20), nullable=False, comment="ask, complaint, handover, danger or precheck"),
    sa.Column("topic", sa.String(40)),
    sa.Column("region", sa.String(12)),
    sa.Column("office", sa.String(60)),
    sa.Column("priority", sa.Integer, nullable=False, comment="0 danger, 1 urgent, 2 normal"),
    sa.Column("state", sa.String(12), nullable=False, comment="open, taken or closed"),
    sa.Column("operator", sa.String(80)),
    sa.Column("summary", sa.Text, nullable=False, comment="masked"),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("trace", sa.JSON, nullable=False),
    sa.Column("telephone", sa.Text, comment="encrypted"),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("days_allowed", sa.Integer, nullable=False, comment="working days"),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("is_due_sure", sa.Boolean, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("rating", sa.Integer, comment="1 to 5"),
    sa.Index("cases_in_order", "state", "priority", "due_on"),
    sqlite_autoincrement=True,
)

case_events = sa.Table(
    "case_events",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("case", sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.String(80), nullable=False, comment="citizen, system or the operator's name"),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("is_public", sa.Boolean, nullable=False, comment="may be told to the citizen"),
    sqlite_autoincrement=True,
)

lookups = sa.Table(
    "lookups",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("number", sa.String(20), nullable=False, index=True),
    sa.Column("caller", sa.String(80), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sqlite_autoincrement=True,
    comment="wrong numbers and wrong secrets, to slow down who guesses",
)
