"""Alembic's entry: the connection comes from bot.database, which holds the lock."""

from alembic import context

from bot.database import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
