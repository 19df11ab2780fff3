"""The secret of a browser that is half way through a story is its visit, and no flow"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("challenges", "changes", "registrations", "captchas"):
        op.alter_column(table, "flow", new_column_name="visit")
    op.drop_index("ix_captchas_flow", "captchas")
    op.create_index("ix_captchas_visit", "captchas", ["visit"], unique=False)
    for table in ("challenges", "registrations"):
        # SQLite writes the table anew to give a constraint another name. Nothing refers to these.
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"uq_{table}_flow", type_="unique")
            changed.create_unique_constraint(f"uq_{table}_visit", ["visit"])
