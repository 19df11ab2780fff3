"""What lets a term end, or its count begin, later than was frozen"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SAME = (
    "casilla_id = NEW.casilla_id AND notificacion_id = NEW.notificacion_id"
    " AND edition = NEW.edition"
)


def upgrade() -> None:
    op.create_table(
        "postponements",
        sa.Column(
            "casilla_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("notificacion_id", sa.LargeBinary(), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["casilla_id", "notificacion_id"],
            ["notificaciones.casilla_id", "notificaciones.id"],
            name=op.f("fk_postponements_casilla_id_notificacion_id"),
        ),
        sa.PrimaryKeyConstraint(
            "casilla_id", "notificacion_id", "edition", name=op.f("pk_postponements")
        ),
        sqlite_with_rowid=False,
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'what was served cannot be changed'); END"
    return [
        f"CREATE TRIGGER postponements_update BEFORE UPDATE ON postponements {refuse}",
        f"CREATE TRIGGER postponements_delete BEFORE DELETE ON postponements {refuse}",
        # REPLACE INTO deletes a row without its trigger.
        f"CREATE TRIGGER postponements_insert BEFORE INSERT ON postponements"
        f" WHEN EXISTS (SELECT 1 FROM postponements WHERE {SAME}) {refuse}",
    ]


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change_of_served()"
    return [
        f"CREATE TRIGGER postponements_update BEFORE UPDATE ON postponements FOR EACH ROW {refuse}",
        f"CREATE TRIGGER postponements_delete BEFORE DELETE ON postponements FOR EACH ROW {refuse}",
        f"CREATE TRIGGER postponements_truncate BEFORE TRUNCATE ON postponements {refuse}",
    ]
