"""Deposits of systems: their keys, numbers and content, what was annulled, and their feed"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
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
    "number",
    "content",
    "test",
)
KEPT = ("deposits", "annulments")
SAME = {
    "notificaciones": "(casilla_id = NEW.casilla_id AND id = NEW.id) OR number = NEW.number",
    "deposits": (
        "notificacion_id = NEW.notificacion_id"
        " OR (system = NEW.system AND test = NEW.test AND idempotency = NEW.idempotency)"
    ),
    "annulments": "notificacion_id = NEW.notificacion_id",
}
SERIES = ("ce", "cp")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("notificaciones", sa.Column("number", sa.Text(), nullable=True))
    op.add_column("notificaciones", sa.Column("content", sa.Text(), nullable=True))
    op.add_column(
        "notificaciones",
        sa.Column("test", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # An index and not a constraint, for which SQLite would write the table anew.
    op.create_index("uq_notificaciones_number", "notificaciones", ["number"], unique=True)
    op.drop_index("ix_notificaciones_pending", "notificaciones")
    pending = sa.text(f"read_at IS NULL AND test IS {'0' if sqlite else 'false'}")
    op.create_index(
        "ix_notificaciones_pending",
        "notificaciones",
        ["casilla_id", "id"],
        unique=False,
        sqlite_where=pending,
        postgresql_where=pending,
    )
    there = sa.text("notificacion IS NOT NULL")
    op.create_index(
        "ix_eventos_notificacion",
        "eventos",
        ["notificacion"],
        unique=False,
        sqlite_where=there,
        postgresql_where=there,
    )
    _create()
    op.execute("DROP TRIGGER notificaciones_update" + ("" if sqlite else " ON notificaciones"))
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)


def _create() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "api_keys",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("used_at", instant, nullable=True),
        sa.Column("retired_at", instant, nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_api_keys_id")),
    )
    op.create_table(
        "deposits",
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=False),
        sa.Column("casilla_id", number, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("idempotency", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["casilla_id", "notificacion_id"],
            ["notificaciones.casilla_id", "notificaciones.id"],
            name=op.f("fk_deposits_casilla_id_notificacion_id"),
        ),
        sa.PrimaryKeyConstraint("notificacion_id", name=op.f("pk_deposits")),
        sa.UniqueConstraint(
            "system", "test", "idempotency", name=op.f("uq_deposits_system_test_idempotency")
        ),
        sqlite_with_rowid=False,
    )
    for name, more in (("system", []), ("reference", ["reference"])):
        columns = ["system", "test", *more, "notificacion_id"]
        op.create_index(f"ix_deposits_{name}", "deposits", columns, unique=False)
    op.create_table(
        "annulments",
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=False),
        sa.Column("casilla_id", number, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replacement", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["casilla_id", "notificacion_id"],
            ["notificaciones.casilla_id", "notificaciones.id"],
            name=op.f("fk_annulments_casilla_id_notificacion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["casilla_id", "replacement"],
            ["notificaciones.casilla_id", "notificaciones.id"],
            name=op.f("fk_annulments_casilla_id_replacement"),
        ),
        sa.PrimaryKeyConstraint("notificacion_id", name=op.f("pk_annulments")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "numbers",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_numbers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evento_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("system", "test", "place", name=op.f("pk_feed")),
        sqlite_with_rowid=False,
    )


def _is_read(same: str) -> str:
    alike = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in SERVED)
    once = (
        "OLD.effect_read IS NULL AND (NEW.effect_read IS NULL OR OLD.effect IS NOT NULL)"
        " AND OLD.read_at IS NULL AND NEW.read_at IS NOT NULL"
    )
    return f"{once} AND {alike}"


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'what was served cannot be changed'); END"
    statements = [
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" WHEN NOT ({_is_read('IS')}) {refuse}"
    ]
    # REPLACE INTO deletes a row without its trigger.
    op.execute("DROP TRIGGER notificaciones_insert")
    for table, same in SAME.items():
        statements.append(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}"
        )
    for table in KEPT:
        statements += [
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
        ]
    return statements


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change_of_served()"
    statements = [
        f"CREATE TRIGGER notificaciones_update BEFORE UPDATE ON notificaciones"
        f" FOR EACH ROW WHEN (NOT ({_is_read('IS NOT DISTINCT FROM')})) {refuse}"
    ]
    for table in KEPT:
        statements += [
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} {refuse}",
        ]
    # Nobody waits for a number of a sequence, and none is given twice.
    return [*statements, *(f"CREATE SEQUENCE numbers_{series}" for series in SERIES)]
