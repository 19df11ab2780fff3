"""When the press came to which a challenge or a session belongs: two presses may overlap"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("challenges", "sessions"):
        op.add_column(table, sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(f"UPDATE {table} SET pressed_at = created_at")
