"""What was served is never changed or deleted, and an alerta names its notificacion"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = {
    "notificaciones": ("casilla_id", "id"),
    "files": ("casilla_id", "notificacion_id", "position"),
}
# All but read_at, which is set once.
SERVED = (
    "casilla_id",
    "id",
    "expediente",
    "expediente_on",
    "tipo",
    "numero",
    "asunto",
    "dependencia",
    "firmado_por",
    "elaborado_por",
    "issued_at",
    "deposited_at",
)


# A migration that lets SQLite write one of these tables anew must make its triggers again.
def upgrade() -> None:
    op.add_column("outbox", sa.Column("notificacion_id", sa.LargeBinary(), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)


def _is_read(same: str) -> str:
    alike = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in SERVED)
    return f"OLD.read_at IS NULL AND NEW.read_at IS NOT NULL AND {alike}"


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'what was served cannot be changed'); END"
    statements = [
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" WHEN NOT ({_is_read('IS')}) {refuse}",
        f"CREATE TRIGGER files_update BEFORE UPDATE ON files {refuse}",
    ]
    for table, key in KEYS.items():
        there = " AND ".join(f"{name} = NEW.{name}" for name in key)
        statements += [
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
            # REPLACE INTO deletes a row without its trigger.
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) {refuse}",
        ]
    return statements


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change_of_served()"
    statements = [
        "CREATE FUNCTION refuse_change_of_served() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE integrity_constraint_violation"
        " USING MESSAGE = 'what was served cannot be changed'; END $$",
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" FOR EACH ROW WHEN (NOT ({_is_read('IS NOT DISTINCT FROM')})) {refuse}",
        f"CREATE TRIGGER files_update BEFORE UPDATE ON files FOR EACH ROW {refuse}",
    ]
    for table in KEYS:
        statements += [
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} {refuse}",
        ]
    return statements
