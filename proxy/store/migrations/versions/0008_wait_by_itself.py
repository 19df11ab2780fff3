"""An evento waits for its place in line from the statement that inserts it"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER eventos_wait AFTER INSERT ON eventos"
            " BEGIN INSERT INTO line_waiting (evento_id) VALUES (NEW.id); END"
        )
        return
    op.execute(
        "CREATE FUNCTION wait_for_place() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO line_waiting SELECT id FROM added; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER eventos_wait AFTER INSERT ON eventos REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION wait_for_place()"
    )
