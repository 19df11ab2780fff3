"""What ties a way into a casilla to its row, its key, its end or its count"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# A mailed secret that was used, or whose row is gone, is over. A password that the entity chose
# before this version did not end: it gets a day.
OVER = "EXISTS (SELECT 1 FROM registrations r WHERE r.lookup = casillas.lookup)"
LINK = "(SELECT {} FROM links l WHERE l.casilla_id = casillas.id AND l.purpose = 'first_access'"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("seal", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE sessions SET ended_at = CURRENT_TIMESTAMP WHERE ended_at IS NULL")
    op.add_column("challenges", sa.Column("seal", sa.LargeBinary(), nullable=True))
    op.add_column(
        "devices", sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("casillas", sa.Column("first_until", sa.DateTime(timezone=True), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    tomorrow = "datetime('now', '+1 day')" if sqlite else "now() + interval '1 day'"
    living = LINK.format("max(l.expires_at)") + " AND l.used_at IS NULL AND l.ended_at IS NULL)"
    op.execute(
        "UPDATE casillas SET first_until = CASE"
        f" WHEN {living} IS NOT NULL THEN {living}"
        f" WHEN {LINK.format('max(l.expires_at)')}) IS NOT NULL OR {OVER} THEN CURRENT_TIMESTAMP"
        f" ELSE {tomorrow} END WHERE must_change AND password IS NOT NULL"
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "lookups",
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("casilla_id", number, nullable=False),
        sa.ForeignKeyConstraint(
            ["casilla_id"], ["casillas.id"], name=op.f("fk_lookups_casilla_id")
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_lookups")),
    )
    for column in ("casilla_id", "key_id"):
        op.create_index(op.f(f"ix_lookups_{column}"), "lookups", [column], unique=False)
    _fill_lookups()


def _fill_lookups() -> None:
    """Each sealed value begins with the id of its key, which made the lookup of its row too."""
    casillas = sa.table("casillas", *map(sa.column, ("id", "lookup", "number")))
    lookups = sa.table("lookups", *map(sa.column, ("lookup", "key_id", "casilla_id")))
    bind, last = op.get_bind(), 0
    while True:
        some = sa.select(casillas).where(casillas.c.id > last).order_by(casillas.c.id).limit(1000)
        rows = bind.execute(some).all()
        if not rows:
            return
        last = rows[-1].id
        values = [
            {
                "lookup": row.lookup,
                "key_id": bytes(row.number)[1 : 1 + bytes(row.number)[0]].decode(),
                "casilla_id": row.id,
            }
            for row in rows
        ]
        bind.execute(sa.insert(lookups), values)
