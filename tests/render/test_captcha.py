"""What is drawn and spoken of a riddle: S74."""

import io
import wave
from itertools import groupby, pairwise

import pytest
from PIL import Image, ImageDraw

from proxy.domain.captcha import ALPHABET, LENGTH, new_answer
from proxy.render import captcha
from proxy.render.captcha import draw, speak


def drawn(answer: str) -> Image.Image:
    return Image.open(io.BytesIO(draw(answer))).convert("RGB")


def dark_columns(image: Image.Image) -> list[bool]:
    pixels = image.convert("L").load()
    assert pixels is not None
    return [any(pixels[x, y] < 110 for y in range(image.height)) for x in range(image.width)]


def luminance(colour: tuple[int, int, int]) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_no_letter_is_cut_off_by_its_own_box() -> None:
    """The library turns and bends a letter in a box that can be too small for it."""
    pen = ImageDraw.Draw(Image.new("RGB", (120, 90)))
    for letter in ALPHABET * 5:
        box = captcha._LETTERS._draw_character(letter, pen, (255, 255, 255))
        points = box.getchannel("A").load()
        assert points is not None
        width, height = box.size
        columns = [[points[x, y] for y in range(height)] for x in (0, width - 1)]
        rows = [[points[x, y] for x in range(width)] for y in (0, height - 1)]
        assert max(sum(point >= 64 for point in edge) for edge in columns + rows) <= 3, letter


def test_no_letter_touches_another_one_in_two_hundred_drawings() -> None:
    for _ in range(200):
        runs = [(ink, len(list(run))) for ink, run in groupby(dark_columns(drawn(new_answer())))]
        letters = [n for n, (ink, width) in enumerate(runs) if ink and width > 2]
        assert len(letters) == LENGTH, runs
        # A thin cut may part a sliver from its letter: what counts is the paper between letters.
        for one, next_one in pairwise(letters):
            assert max(width for ink, width in runs[one + 1 : next_one] if not ink) >= 2, runs


def test_the_ink_stands_out_from_the_paper_and_from_its_dots() -> None:
    for _ in range(20):
        colours = drawn(new_answer()).getcolors(1 << 16)
        assert colours is not None
        counts = {colour: times for times, colour in colours}
        paper = max(counts, key=lambda colour: counts[colour])
        ink = min(counts, key=luminance)
        assert counts[ink] > 1000
        assert contrast(ink, paper) >= 4.5
    assert contrast(captcha.INK, captcha.SPECK) >= 4.5


def test_every_picture_is_of_one_size_small_and_its_own() -> None:
    pictures = [draw("MHKX4") for _ in range(20)]
    assert len(set(pictures)) == 20
    assert max(map(len, pictures)) < 10_000
    assert {Image.open(io.BytesIO(picture)).size for picture in pictures} == {(280, 90)}


@pytest.mark.parametrize("letter", ALPHABET)
@pytest.mark.parametrize("voice", ["a", "b"])
def test_both_voices_say_every_character(voice: str, letter: str) -> None:
    with wave.open(str(captcha.VOICES / voice / f"{letter}.wav")) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 1, 1)
        assert 0.8 < file.getnframes() / 8000 < 2
        samples = file.readframes(file.getnframes())
    assert max(abs(sample - 128) for sample in samples) > 80


def sound(answer: str) -> bytes:
    with wave.open(io.BytesIO(speak(answer))) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 1, 1)
        return file.readframes(file.getnframes())


def test_the_sound_lasts_as_long_as_five_names_and_the_pauses_between_them() -> None:
    for _ in range(10):
        samples = sound(new_answer())
        assert 6 < len(samples) / 8000 < 15
        quiet = [max(abs(sample - 128) for sample in samples[at : at + 400]) < 8
                 for at in range(0, len(samples), 400)]  # fmt: skip
        pauses = [len(list(run)) for still, run in groupby(quiet) if still]
        assert sum(run >= 9 for run in pauses) >= LENGTH  # of half a second, less an edge


def test_no_two_recordings_of_a_letter_are_the_same() -> None:
    assert len({sound("EEEEE") for _ in range(10)}) == 10
    assert len({len(sound("EEEEE")) for _ in range(10)}) > 5
