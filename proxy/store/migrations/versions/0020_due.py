"""What is due at an instant, and which constancias are late"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "due",
        sa.Column("id", number, nullable=False),
        sa.Column("casilla_id", number, nullable=False),
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
        sa.UniqueConstraint(
            "casilla_id",
            "notificacion_id",
            "kind",
            "at",
            name=op.f("uq_due_casilla_id_notificacion_id_kind_at"),
        ),
    )
    op.create_index(op.f("ix_due_next_at"), "due", ["next_at"], unique=False)

    op.add_column("constancias", sa.Column("late_at", instant, nullable=True))
    op.add_column(
        "constancias",
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("UPDATE constancias SET late_at = at WHERE sha256 IS NULL AND NOT test")
    op.drop_index("ix_constancias_due", "constancias")
    _partial("ix_constancias_due", ["test", "next_at"], "next_at IS NOT NULL")
    _partial("ix_constancias_late", ["late_at"], "late_at IS NOT NULL")


def _partial(name: str, columns: list[str], of: str) -> None:
    where = sa.text(of)
    op.create_index(
        name,
        "constancias",
        columns,
        unique=False,
        sqlite_where=where,
        postgresql_where=where,
    )
