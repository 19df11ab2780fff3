"""Which form made a session or a challenge, for who presses its button again"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("made_by", sa.LargeBinary(), nullable=True))
    op.add_column("challenges", sa.Column("made_by", sa.LargeBinary(), nullable=True))
    op.create_index("ix_challenges_made_by", "challenges", ["made_by"], unique=False)
