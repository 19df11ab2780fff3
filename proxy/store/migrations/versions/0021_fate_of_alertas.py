"""What became of an alerta: it came back, or nothing arrived and its owner is told"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("outbox", sa.Column("bounced_at", instant, nullable=True))
    op.add_column("outbox", sa.Column("undelivered_at", instant, nullable=True))
    op.add_column("casillas", sa.Column("unreached_at", instant, nullable=True))
