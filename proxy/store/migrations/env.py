"""Runs the migrations on the connection that `store.schema` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,  # SQLite changes a table by writing it anew
    transaction_per_migration=False,
    on_version_apply=context.config.attributes.get("after_each"),
)
with context.begin_transaction():
    context.run_migrations()
