"""Runs the migrations on the connection that `store.schema` hands over."""

from alembic import context

from proxy.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by writing it anew
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
