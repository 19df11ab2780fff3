"""What axe-core finds in a page."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only what is wrong leaves the browser: to bring the rest takes as long as to find all of it.
RUN = "axe.run({reporter: 'no-passes'}).then(found => found.violations)"


def faults(page: Page) -> dict[str, list[str]]:
    """What axe finds, best practices included: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN)
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}
