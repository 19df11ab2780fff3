"""What a stranger uses has a price, and the entity can free an identidad of it"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rates", sa.Column("whose", sa.LargeBinary(), nullable=True))
    op.create_index("ix_rates_whose", "rates", ["whose"], unique=False)
    op.add_column("captchas", sa.Column("price", sa.Integer(), server_default="1", nullable=False))
