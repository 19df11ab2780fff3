"""On SQLite, no row of the record takes the place of another, and ids are blobs"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# REPLACE INTO deletes a row without its trigger. PostgreSQL has no such statement, and knows types.
WRONG = {
    "eventos": "typeof(NEW.id) <> 'blob' OR EXISTS (SELECT 1 FROM eventos WHERE id = NEW.id)",
    "line": (
        "typeof(NEW.place) <> 'integer' OR typeof(NEW.evento_id) <> 'blob'"
        " OR EXISTS (SELECT 1 FROM line WHERE place = NEW.place)"
        " OR EXISTS (SELECT 1 FROM line WHERE evento_id = NEW.evento_id)"
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, wrong in WRONG.items():
        op.execute(
            f"CREATE TRIGGER {table}_kept_insert BEFORE INSERT ON {table} WHEN {wrong}"
            f" BEGIN SELECT RAISE(ABORT, 'the table {table} keeps its rows'); END"
        )
