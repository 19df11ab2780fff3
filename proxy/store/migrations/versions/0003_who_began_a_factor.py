"""In which session a factor was begun, and the indexes that large tables wanted"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("factors", sa.Column("session_id", sa.LargeBinary(), nullable=True))
    for table, column in (
        ("sessions", "device_id"),
        ("challenges", "casilla_id"),
        ("outbox_attempts", "at"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
