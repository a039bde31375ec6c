"""Ask axe what a page denies to somebody."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[list[Any]]:
    """Return what axe finds wrong on the page as it stands: rule, how often, first place, what to do."""
    if page.evaluate("() => !('axe' in window)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[list[Any]] = page.evaluate(
        """() => axe.run().then((told) => told.violations.map(
          (rule) => [rule.id, rule.nodes.length, rule.nodes[0].html, rule.nodes[0].failureSummary]))"""
    )
    return found
