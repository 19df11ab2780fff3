"""One record: eventos, their line, and an audit that is only read from now on"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = ("eventos", "line", "audit", "audit_head")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "eventos",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("casilla_id", number, nullable=True),
        sa.Column("notificacion", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eventos")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "line_waiting",
        sa.Column("evento_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evento_id", name=op.f("pk_line_waiting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "line",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evento_id", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_line")),
        sa.UniqueConstraint("evento_id", name=op.f("uq_line_evento_id")),
        sqlite_with_rowid=False,
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION kept_as_it_is() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the table % keeps its rows', TG_TABLE_NAME; END $$"
        )
    for table in KEPT:
        acts = ["UPDATE", "DELETE"]
        if table.startswith("audit"):
            acts.append("INSERT")
        if postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE {' OR '.join([*acts, 'TRUNCATE'])}"
                f" ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is()"
            )
            continue
        for act in acts:
            op.execute(
                f"CREATE TRIGGER {table}_kept_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'the table {table} keeps its rows'); END"
            )
