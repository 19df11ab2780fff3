"""A second address for alertas, and a casilla that its owner closed"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("casillas", sa.Column("second_email", sa.LargeBinary(), nullable=True))
    op.add_column("casillas", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
