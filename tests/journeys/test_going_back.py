"""Back and reload, in a real browser, after a page that answered a form with what is wrong."""

from playwright.sync_api import Browser, expect

from tests.journeys.house import House, press


def test_back_and_reload_lead_to_the_form_and_send_nothing_again(
    house: House, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    start = f"{house.origin}/casilla/ingresar/"
    page.goto(start)
    page.get_by_label("DNI", exact=True).fill("123")
    press(page, "Iniciar sesión")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Regístrate").click()
    page.wait_for_url("**/casilla/registro/")

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.go_back()
    expect(page.get_by_label("DNI", exact=True)).to_be_editable()  # and not ERR_CACHE_MISS
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("DNI", exact=True).fill("123")
    press(page, "Iniciar sesión")
    page.get_by_role("alert").wait_for()
    sent.clear()
    page.reload()
    expect(page.get_by_label("DNI", exact=True)).to_be_editable()
    assert page.url == start
    assert "POST" not in sent
    context.close()
