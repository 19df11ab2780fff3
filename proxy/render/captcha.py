"""Draws and speaks riddles. Both take milliseconds: never call them inside a request (S76)."""

import io
import secrets
import wave
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import SystemRandom

from captcha.image import ColorTuple, ImageCaptcha
from PIL import Image, ImageChops, ImageDraw

WIDTH, HEIGHT = 280, 90
# Contrast 15.6 to 1 in any theme, as the picture has its own background. WCAG asks for 4.5.
INK, PAPER = (18, 35, 61), (255, 255, 255)
SPECK = (178, 192, 210)
EDGE = 5
INKED = 64  # of 255: from this value on a pixel is visible
TIP = 3  # pixels of a stroke that may touch the edge of its box
GAP = 5  # columns of paper between two letters, at least

VOICES = Path(__file__).parent / "voces"
RATE = 8000  # samples a second, of one byte
SILENCE = 128  # the middle of an unsigned sample

_random = SystemRandom()


class _Letters(ImageCaptcha):
    """Letters turned and bent so little that a person reads them at once."""

    character_rotate = (-16, 16)
    character_warp_dx = (0.1, 0.2)
    character_warp_dy = (0.1, 0.2)
    word_space_probability = 1  # never an empty place

    def _draw_character(self, c: str, draw: ImageDraw.ImageDraw, color: ColorTuple) -> Image.Image:
        # Draws again while the box cuts off a part of the letter.
        letter = super()._draw_character(c, draw, color)
        while _cut(letter.getchannel("A")):
            letter = super()._draw_character(c, draw, color)
        return letter


def _cut(ink: Image.Image) -> bool:
    """Whether a stroke continues beyond an edge: it touches the edge with more than its tip."""
    width, height = ink.size
    edges = [
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    ]
    return any(sum(ink.crop(edge).histogram()[INKED:]) > TIP for edge in edges)


_LETTERS = _Letters(120, HEIGHT, font_sizes=(50, 56, 62))


def draw(answer: str) -> bytes:
    """A PNG in which no letter touches another one."""
    letters = [_letter(letter) for letter in answer]
    width = sum(letter.width for letter in letters) + GAP * (len(letters) - 1)
    mask = Image.new("L", (max(WIDTH, width + 2 * EDGE), HEIGHT))
    spare = mask.width - width - 2 * EDGE
    slacks = sorted(_random.randint(0, spare) for _ in letters)
    x = EDGE
    for letter, slack in zip(letters, slacks, strict=True):
        mask.paste(letter, (x + slack, _random.randint(EDGE, HEIGHT - EDGE - letter.height)))
        x += letter.width + GAP
    size = mask.size
    # Dots behind the letters and thin cuts through them neither join nor hide letters.
    behind = _LETTERS.create_noise_dots(Image.new("RGB", size, PAPER), SPECK, 3, 80)
    image = Image.composite(Image.new("RGB", size, INK), behind, mask)
    for _ in range(2):
        points = [(x, _random.randrange(HEIGHT)) for x in (0, size[0] // 2, size[0])]
        ImageDraw.Draw(image).line(points, PAPER, 2)
    out = io.BytesIO()
    image.quantize(16).save(out, "png")
    return out.getvalue()


def _letter(letter: str) -> Image.Image:
    # Drawn alone, because the library joins some letters; in white, because it makes dark ink pale.
    image = _LETTERS.create_captcha_image(letter, (255, 255, 255), (0, 0, 0)).convert("L")
    return image.crop(image.getbbox())


def speak(answer: str) -> bytes:
    voice = _random.choice(("a", "b"))
    sound = b"".join(_pieces(voice, answer))
    # A little noise, so that no two recordings of a letter are the same bytes.
    noise = secrets.token_bytes(len(sound)).translate(_quieter(0.02))
    mixed = ImageChops.add(_row(sound), _row(noise), 1, -SILENCE).tobytes()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(mixed)
    return out.getvalue()


def _pieces(voice: str, answer: str) -> Iterator[bytes]:
    for letter in answer:
        yield bytes([SILENCE]) * int(RATE * _random.uniform(0.6, 0.9))
        spoken = _row(_voice(voice, letter))
        slower = int(spoken.width * _random.uniform(0.95, 1.1))
        spoken = spoken.resize((slower, 1), Image.Resampling.BILINEAR)
        yield spoken.tobytes().translate(_quieter(_random.uniform(0.8, 1)))
    yield bytes([SILENCE]) * (RATE // 2)


def _row(samples: bytes) -> Image.Image:
    """Sound as an image of one row, because Pillow can stretch and add images."""
    return Image.frombytes("L", (len(samples), 1), samples)


def _quieter(volume: float) -> bytes:
    return bytes(round(SILENCE + (sample - SILENCE) * volume) for sample in range(256))


@cache
def _voice(voice: str, letter: str) -> bytes:
    with wave.open(str(VOICES / voice / f"{letter}.wav")) as file:
        return bytes(file.readframes(file.getnframes()))
