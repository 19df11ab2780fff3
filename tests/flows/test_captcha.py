"""The story of a riddle on both engines: S74–S76."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import select

from proxy.domain.client import Client
from proxy.flows import captcha
from proxy.flows.captcha import Answer, Crowded, Riddle
from proxy.flows.limiting import Charge
from proxy.store import captchas, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.few import few
from tests.flows.browser import ELSEWHERE, PHONE, POLICY
from tests.people import VAULT
from tests.racing import race
from tests.working import work

VISIT, FORM, LETTERS = "the cookie of a browser", "recovery_start", "PXKN3"
MINUTE = timedelta(minutes=1)


def stock(db: Database, *letters: str) -> None:
    """Riddles whose answers the test knows, in an empty pool."""
    with db.transaction() as tx:
        for answer in letters:
            captchas.add(tx, captcha.make(VAULT, answer))


def give(
    db: Database, visit: str = VISIT, form: str = FORM, client: Client = PHONE, price: int = 1
) -> Riddle:
    with db.transaction() as tx:
        return captcha.give(tx, POLICY, visit, form, client, price)


def check(
    db: Database,
    riddle: Riddle,
    letters: str = "",
    done: str = "",
    visit: str = VISIT,
    form: str = FORM,
    price: int = 1,
) -> str | None:
    second = riddle.second.hex() if riddle.second else ""
    with db.transaction() as tx:
        return captcha.check(
            tx, visit, form, Answer(riddle.id.hex(), letters, done, second), Charge(price)
        )


@pytest.fixture
def riddle(db: Database) -> Riddle:
    stock(db, LETTERS)
    return give(db)


@pytest.mark.parametrize("typed", ["PXKN3", "pxkn3", " px kn3 "])
def test_the_letters_of_the_picture_are_the_answer(
    db: Database, riddle: Riddle, typed: str
) -> None:
    """J13, J14, J16, J32, J33, J35"""
    assert riddle.drawn
    assert check(db, riddle, typed) is None


def test_a_right_answer_serves_once(db: Database, riddle: Riddle) -> None:
    assert check(db, riddle, LETTERS) is None
    assert check(db, riddle, LETTERS) == "captcha.gone"


def test_a_wrong_answer_was_the_only_one(db: Database, riddle: Riddle) -> None:
    assert check(db, riddle, "PXKN4") == "captcha.wrong"
    assert check(db, riddle, LETTERS) == "captcha.gone"


def test_an_empty_answer_is_none(db: Database, riddle: Riddle) -> None:
    assert check(db, riddle, "  ") == "captcha.missing"
    assert check(db, riddle, LETTERS) is None


def test_the_riddle_of_a_browser_is_of_no_other(db: Database, riddle: Riddle) -> None:
    assert check(db, riddle, LETTERS, visit="another browser") == "captcha.gone"
    assert check(db, riddle, LETTERS, visit="") == "captcha.gone"
    assert check(db, riddle, LETTERS) is None  # and who tried took it from nobody


def test_the_riddle_of_a_form_is_of_no_other(db: Database, riddle: Riddle) -> None:
    assert check(db, riddle, LETTERS, form="recovery_code") == "captcha.gone"
    assert check(db, riddle, LETTERS) is None


def test_a_riddle_can_be_answered_for_five_minutes(
    db: Database, riddle: Riddle, clock: Clock
) -> None:
    clock.advance(seconds=299)
    assert check(db, riddle, LETTERS) is None
    stock(db, LETTERS)
    late = give(db)
    clock.advance(minutes=5)
    assert check(db, late, LETTERS) == "captcha.gone"


@pytest.mark.parametrize("riddle_id", ["", "no es un número", "zz" * 16, "0f" * 16, "0" * 4000])
def test_an_id_of_no_riddle_is_answered_by_nothing(db: Database, riddle_id: str) -> None:
    with db.transaction() as tx:
        assert (
            captcha.check(tx, VISIT, FORM, Answer(riddle_id, LETTERS, ""), Charge(1))
            == "captcha.gone"
        )
        assert captcha.image(tx, riddle_id, VISIT) is None


def test_work_of_the_computer_stands_in_for_the_letters_once(db: Database, riddle: Riddle) -> None:
    done = work(riddle.id.hex())
    assert check(db, riddle, done=done) is None
    assert check(db, riddle, done=done) == "captcha.gone"


def test_half_of_the_work_is_not_enough_and_ends_the_riddle(db: Database, riddle: Riddle) -> None:
    done = work(riddle.id.hex())
    assert check(db, riddle, done=done.rpartition(",")[0]) == "captcha.unworked"
    assert check(db, riddle, done=done) == "captcha.gone"


def test_work_for_one_riddle_opens_no_other(db: Database, riddle: Riddle) -> None:
    done = work(riddle.id.hex())
    other = give(db, "another browser", client=ELSEWHERE)
    assert check(db, other, done=done, visit="another browser") == "captcha.unworked"


def test_with_an_empty_pool_there_is_work_and_nothing_is_drawn(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S76"""
    monkeypatch.setattr(captcha, "make", None)
    riddle = give(db)
    assert not riddle.drawn
    with db.transaction() as tx:
        assert captcha.image(tx, riddle.id.hex(), VISIT) is None
        assert captcha.audio(tx, riddle.id.hex(), VISIT, PHONE) is None
    assert check(db, riddle, done=work(riddle.id.hex())) is None


def test_nothing_typed_answers_a_riddle_without_picture(db: Database) -> None:
    assert check(db, give(db), "PXKN3") == "captcha.wrong"


def test_the_page_asked_again_shows_the_same_riddle_until_half_of_its_life(
    db: Database, riddle: Riddle, clock: Clock
) -> None:
    stock(db, "EEEEE")
    assert give(db) == riddle
    clock.advance(seconds=149)
    assert give(db) == riddle
    clock.advance(seconds=2)
    assert give(db) != riddle


def test_whoever_waited_for_a_picture_gets_it_when_there_is_one(db: Database) -> None:
    waiting = give(db)
    assert give(db) == waiting
    stock(db, LETTERS)
    assert give(db).drawn


def test_whoever_cannot_read_a_picture_gets_another_one(db: Database, riddle: Riddle) -> None:
    stock(db, "EEEEE")
    with db.transaction() as tx:
        captcha.discard(tx, VISIT, FORM, Answer(riddle.id.hex(), "", ""))
    assert check(db, riddle, LETTERS) == "captcha.gone"
    other = give(db)
    assert check(db, other, "EEEEE") is None


def test_picture_and_sound_are_for_the_browser_that_the_riddle_was_given_to(
    db: Database, riddle: Riddle, clock: Clock
) -> None:
    with db.transaction() as tx:
        image = captcha.image(tx, riddle.id.hex(), VISIT)
        audio = captcha.audio(tx, riddle.id.hex(), VISIT, PHONE)
        assert isinstance(image, bytes) and image.startswith(b"\x89PNG")
        assert isinstance(audio, bytes) and audio.startswith(b"RIFF")
        assert captcha.image(tx, riddle.id.hex(), "another browser") is None
        assert captcha.audio(tx, riddle.id.hex(), "another browser", PHONE) is None
    clock.advance(minutes=5)
    with db.transaction() as tx:
        assert captcha.image(tx, riddle.id.hex(), VISIT) is None


def test_a_riddle_of_the_pool_is_nobodys(db: Database) -> None:
    stock(db, LETTERS)
    with db.transaction() as tx:
        ready = tx.conn.execute(select(tables.captchas.c.id)).scalar_one()
        assert captcha.image(tx, ready.hex(), "") is None
        assert (
            captcha.check(tx, "", "", Answer(ready.hex(), LETTERS, ""), Charge(1)) == "captcha.gone"
        )


def test_a_network_gets_so_many_pictures_a_minute_and_after_them_work(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, "captcha/image", 3)
    stock(db, *["EEEEE"] * 5)
    assert all(give(db, f"browser {n}").drawn for n in range(3))
    assert not give(db, "one more").drawn
    assert give(db, "elsewhere", client=ELSEWHERE).drawn


def test_a_network_hears_so_many_sounds_a_minute(
    db: Database, riddle: Riddle, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, "captcha/audio", 10)
    with db.transaction() as tx:
        for _ in range(10):
            assert isinstance(captcha.audio(tx, riddle.id.hex(), VISIT, PHONE), bytes)
        assert captcha.audio(tx, riddle.id.hex(), VISIT, PHONE) == timedelta(seconds=6)


def test_nobody_fills_the_table(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, "captcha/bare", 20)
    for n in range(20):
        give(db, f"browser {n}")
    with pytest.raises(Crowded):
        give(db, "one more")
    assert not give(db, "elsewhere", client=ELSEWHERE).drawn


def test_guessing_ends_with_the_pictures(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brute force: one guess a picture, and so many pictures a minute."""
    few(monkeypatch, "captcha/image", 30)
    stock(db, *["EEEEE"] * 40)
    guesses = []
    for _ in range(60):
        riddle = give(db)
        guesses += [check(db, riddle, "AAAAA") for _ in range(5)]
    assert guesses.count("captcha.wrong") == 60
    with db.reading() as tx:
        assert captchas.ready(tx) == 10  # the other thirty guesses were at what has no letters


def test_the_first_try_of_a_network_is_free_and_only_the_first(db: Database, clock: Clock) -> None:
    def first(client: Client = PHONE, form: str = FORM) -> bool:
        with db.transaction() as tx:
            return captcha.take_first_try(tx, form, client)

    assert first() and not first() and not first()
    assert first(ELSEWHERE) and first(form="registration")
    clock.advance(minutes=10)
    assert first()


def test_the_pool_is_filled_a_few_at_a_time_and_no_further(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S76"""
    monkeypatch.setattr(captcha, "READY", 12)
    assert [captcha.refill(db) for _ in range(3)] == [10, 2, 0]
    give(db)
    assert captcha.refill(db) == 1


def test_no_writer_waits_while_riddles_are_drawn(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S76: with a transaction open around the brush, this one could not begin."""
    make = captcha.make

    def drawing(vault: object, letters: str) -> captchas.NewRiddle:
        with db.transaction() as tx:
            captcha.give(tx, POLICY, letters, FORM, ELSEWHERE, 1)
        return make(VAULT, letters)

    monkeypatch.setattr(captcha, "READY", 1)
    monkeypatch.setattr(captcha, "make", drawing)
    assert captcha.refill(db) == 1


def test_what_nobody_can_answer_any_more_is_forgotten(
    db: Database, riddle: Riddle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captcha, "READY", 0)
    captcha.refill(db)
    assert check(db, riddle, "") == "captcha.missing"
    clock.advance(minutes=5)
    captcha.refill(db)
    with db.reading() as tx:
        assert tx.conn.execute(select(tables.captchas.c.id)).first() is None


def test_a_pool_of_an_older_key_is_made_anew(db: Database, riddle: Riddle) -> None:
    stock(db, "EEEEE")
    with db.transaction() as tx:
        tx.conn.execute(tables.captchas.update().values(key_id="k0"))
    assert not give(db, "another browser").drawn
    assert check(db, riddle, LETTERS) == "captcha.gone"  # its key was retired meanwhile
    captcha.refill(db)
    with db.reading() as tx:
        keys = tx.conn.execute(
            select(tables.captchas.c.key_id).where(tables.captchas.c.visit.is_(None))
        ).scalars()
        assert set(keys) == {"k1"}


def test_the_table_does_not_tell_the_answer(db: Database, riddle: Riddle) -> None:
    stock(db, LETTERS)
    with db.reading() as tx:
        one, other = tx.conn.execute(select(tables.captchas)).mappings().all()
    assert one["answer"] != other["answer"]  # of the same letters: it is tied to its row
    for row in (one, other):
        values = b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
        assert LETTERS.encode() not in values and LETTERS.lower().encode() not in values


def answer_many(database_url: str) -> list[str | None]:
    db = Database(database_url, Clock(), lambda: VAULT)
    with db.reading() as tx:
        riddle = tx.conn.execute(select(tables.captchas.c.id)).scalar_one_or_none()
    given = Riddle(riddle or b"", True, 1, None)
    return [check(db, given, LETTERS) for _ in range(10)]


def test_four_processes_with_the_right_answer_succeed_once(
    db: Database, database_url: str, riddle: Riddle
) -> None:
    assert race(answer_many, database_url).count(None) == 1


def test_two_at_the_same_moment_take_two_riddles(db: Database) -> None:
    stock(db, "EEEEE", "AAAAA")
    with ThreadPoolExecutor(1) as other:
        with db.transaction() as tx:
            mine = captcha.give(tx, POLICY, "one browser", FORM, PHONE, 1)
            theirs = other.submit(give, db, "another browser", FORM, ELSEWHERE)
            wait([theirs], timeout=0.5)  # it waits for this transaction, or takes another row
        assert mine.drawn and theirs.result().drawn
    assert mine.id != theirs.result().id


def take_many(database_url: str) -> list[bytes]:
    db = Database(database_url, Clock(), lambda: VAULT)
    taken = []
    for n in range(10):
        with db.transaction() as tx:
            if found := captchas.take(tx, b"f%d" % n, FORM, tx.now + MINUTE, 1):
                taken.append(found)
    return taken


def test_four_processes_take_each_riddle_once(db: Database, database_url: str) -> None:
    stock(db, *["EEEEE"] * 12)
    taken = race(take_many, database_url)
    assert len(taken) == len(set(taken)) == 12


def test_for_more_than_a_riddle_two_pictures_are_the_answer(db: Database) -> None:
    """S83: for who has no JavaScript. Each in its place, and both."""
    for typed, fault in (
        ("{0}{1}", None),
        (" {0} {1} ", None),
        ("{0}", "captcha.wrong"),
        ("{1}{0}", "captcha.wrong"),
        ("{0}{0}", "captcha.wrong"),
        ("{1}{1}", "captcha.wrong"),
    ):
        letters = {}
        for each in ("PXKN3", "AAAAA"):
            stock(db, each)
            with db.reading() as tx:
                ready = tx.conn.execute(select(tables.captchas.c.id)).scalars()
                letters |= {one: each for one in ready if one not in letters}
        two = give(db, price=4)
        assert two.second
        answer = typed.format(letters[two.id], letters[two.second])
        assert check(db, two, answer, price=4) == fault, typed
        assert check(db, two, answer, price=4) == "captcha.gone"


def test_a_cheap_riddle_serves_while_the_price_has_not_more_than_doubled(db: Database) -> None:
    """S83: nobody keeps cheap ones for later."""
    for price, fault in ((2, None), (3, "captcha.dearer")):
        stock(db, LETTERS)
        assert check(db, give(db), LETTERS, price=price) == fault
