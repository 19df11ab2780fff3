"""Who represents a company, and what the entity may do with a casilla

A casilla of a company that registered by itself rests on a declared power: it is listed for the
entity, and goes on.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("suspended_at", "closed_at"):
        op.add_column("casillas", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("padron", sa.Column("known", sa.LargeBinary(), nullable=True))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    with op.batch_alter_table("petitions", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("registration_id", sa.LargeBinary(), nullable=True))
        table.alter_column("casilla_id", existing_type=number, nullable=True)
        table.alter_column("expires_at", existing_type=instant, nullable=True)
    conn = op.get_bind()
    declared = conn.execute(
        sa.text(
            "SELECT id FROM casillas WHERE kind = 'RUC'"
            " AND EXISTS (SELECT 1 FROM acceptances WHERE casilla_id = casillas.id) ORDER BY id"
        )
    ).scalars()
    petitions = sa.table(
        "petitions",
        sa.column("uid", sa.LargeBinary()),
        sa.column("act", sa.Text()),
        sa.column("casilla_id", number),
        sa.column("responds", sa.Text()),
        sa.column("asked_by", sa.Text()),
        sa.column("asked_at", sa.DateTime(timezone=True)),
    )
    for casilla_id in declared.all():
        conn.execute(
            petitions.insert().values(
                uid=secrets.token_bytes(16),
                act="declared",
                casilla_id=casilla_id,
                responds="",
                asked_by="0.2.0",
                asked_at=datetime.now(UTC),
            )
        )
