"""Constancias: their facts with the act, and their sealed PDF"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# A rotation of the keys seals `facts` and `stated` anew; everything else of what is stated stays.
KEPT = ("number", "casilla_id", "notificacion_id", "kind", "at", "uid", "test")
# Once there is a PDF, these stay too.
SEALED = ("attempts", "next_at", "sealed_at", "sha256", "size")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "constancias",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("casilla_id", number, nullable=False),
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("stated", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", instant, nullable=True),
        sa.Column("sealed_at", instant, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["casilla_id"], ["casillas.id"], name=op.f("fk_constancias_casilla_id")
        ),
        sa.ForeignKeyConstraint(
            ["casilla_id", "notificacion_id"],
            ["notificaciones.casilla_id", "notificaciones.id"],
            name=op.f("fk_constancias_casilla_id_notificacion_id"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_constancias")),
    )
    op.create_index(
        "ix_constancias_of", "constancias", ["casilla_id", "notificacion_id"], unique=False
    )
    due = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_constancias_due",
        "constancias",
        ["next_at"],
        unique=False,
        sqlite_where=due,
        postgresql_where=due,
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)


def _stays(same: str) -> str:
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in KEPT)
    sealed = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in SEALED)
    return f"{kept} AND (OLD.sha256 IS NULL OR ({sealed}))"


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'what was served cannot be changed'); END"
    return [
        f"CREATE TRIGGER constancias_update BEFORE UPDATE ON constancias"
        f" WHEN NOT ({_stays('IS')}) {refuse}",
        f"CREATE TRIGGER constancias_delete BEFORE DELETE ON constancias {refuse}",
        # REPLACE INTO deletes a row without its trigger.
        f"CREATE TRIGGER constancias_insert BEFORE INSERT ON constancias"
        f" WHEN EXISTS (SELECT 1 FROM constancias WHERE number = NEW.number) {refuse}",
    ]


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change_of_served()"
    return [
        f"CREATE TRIGGER constancias_update BEFORE UPDATE ON constancias"
        f" FOR EACH ROW WHEN (NOT ({_stays('IS NOT DISTINCT FROM')})) {refuse}",
        f"CREATE TRIGGER constancias_delete BEFORE DELETE ON constancias FOR EACH ROW {refuse}",
        f"CREATE TRIGGER constancias_truncate BEFORE TRUNCATE ON constancias {refuse}",
        "CREATE SEQUENCE numbers_cc",
        "CREATE SEQUENCE numbers_ct",
    ]
