"""A browser in words, as the messages tell it (S28)."""

import pytest

from proxy.domain.browser import in_words

KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome en Android"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "Chrome en Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {CHROME} Safari/537.36 Edg/156.0", "Edge en Windows"),
        (f"Mozilla/5.0 (Linux; Android 10) {CHROME} Safari/537.36 OPR/98", "Opera en Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14) SamsungBrowser/29.0 {CHROME} Mobile Safari/537.36",
            "Samsung Internet en Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {KIT} Safari",
            "Safari en iPhone",
        ),
        (f"Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) {KIT} CriOS/156 Safari", "Chrome en iPad"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Safari", "Safari en Mac"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox en Linux",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64) {CHROME} Safari/537.36", "Chrome en ChromeOS"),
        ("curl/8.5.0", "un navegador"),
        ("", "un navegador"),
    ],
)
def test_a_browser_is_told_in_words(user_agent: str, words: str) -> None:
    assert in_words(user_agent) == words
