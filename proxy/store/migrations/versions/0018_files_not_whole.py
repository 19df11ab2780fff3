"""Stored files that were found not to be the deposited ones, until they are mended"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "incidencias",
        sa.Column("casilla_id", number, autoincrement=False, nullable=False),
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["casilla_id", "notificacion_id", "position"],
            ["files.casilla_id", "files.notificacion_id", "files.position"],
            name="fk_incidencias_casilla_id",
        ),
        sa.PrimaryKeyConstraint("casilla_id", "notificacion_id", "position", name="pk_incidencias"),
    )
