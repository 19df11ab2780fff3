"""What one person of the entity asked for, until another one approves it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "petitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column(
            "casilla_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("responds", sa.Text(), nullable=False),
        sa.Column("authorises", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["casilla_id"], ["casillas.id"], name=op.f("fk_petitions_casilla_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_petitions_casilla_id"), "petitions", ["casilla_id"], unique=False)
