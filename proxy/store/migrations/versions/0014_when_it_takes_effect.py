"""When a notificacion takes effect is frozen with it, and opening it may tell it once more"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# All but read_at and effect_read, which are set once and together.
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
    "effect",
)


def upgrade() -> None:
    for name in ("effect", "effect_read"):
        op.add_column("notificaciones", sa.Column(name, sa.Text(), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER notificaciones_update" + ("" if sqlite else " ON notificaciones"))
    op.execute(_sqlite() if sqlite else _postgresql())


def _is_read(same: str) -> str:
    alike = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in SERVED)
    once = (
        "OLD.effect_read IS NULL AND (NEW.effect_read IS NULL OR OLD.effect IS NOT NULL)"
        " AND OLD.read_at IS NULL AND NEW.read_at IS NOT NULL"
    )
    return f"{once} AND {alike}"


def _sqlite() -> str:
    return (
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" WHEN NOT ({_is_read('IS')})"
        " BEGIN SELECT RAISE(ABORT, 'what was served cannot be changed'); END"
    )


def _postgresql() -> str:
    return (
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" FOR EACH ROW WHEN (NOT ({_is_read('IS NOT DISTINCT FROM')}))"
        " EXECUTE FUNCTION refuse_change_of_served()"
    )
