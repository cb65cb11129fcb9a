"""A review saves itself while it is written: also in a second tab, offline, and after signing out, without losing anything."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Someone

SAVED = re.compile(r"Saved at ")


def test_a_review_is_saved_as_it_is_written(someone: Someone) -> None:
    reviewer = someone("reviewer who writes")
    reviewer.signs_in("reviewer1@example.org")
    page = reviewer.goes("/reviews")
    page.get_by_role("button", name="Go on", exact=True).first.click()
    comment, status = page.locator("[name=comment]"), page.locator("[data-autosave-status]")
    comment.fill("From the ward, on a Tuesday")
    expect(status).to_have_text(SAVED)
    reviewer.takes_picture("saved by itself")
    page.reload()  # asks nothing, as nothing is unsaved
    expect(comment).to_have_value("From the ward, on a Tuesday")

    address = page.url.partition("#")[
        0
    ]  # with its fragment it would be the page at hand, not asked for again
    comment.fill("From the ward, on the way out")
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(address.partition("/proposals")[0] + "/reviews")  # before the pause is over
    comes_back_to(page, address, "From the ward, on the way out")

    second = page.context.new_page()
    second.goto(page.url)
    comment.fill("The first tab goes on")
    expect(status).to_have_text(SAVED)
    second.locator("[name=comment]").fill("The second tab does not know")
    expect(second.locator("[data-autosave-status]")).to_contain_text("Press “Save” to see why")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator("main")).to_contain_text("You saved this review on another page")
    expect(second.locator("[name=comment]")).to_have_value("The second tab does not know")
    second.close(run_before_unload=False)

    page.context.set_offline(True)
    comment.fill("On the train")
    expect(status).to_contain_text("You seem to be offline")
    page.context.set_offline(False)
    expect(status).to_have_text(SAVED)
    reviewer.complaints = [each for each in reviewer.complaints if "ERR_INTERNET_DISCONNECTED" not in each]

    signs_out_elsewhere(page)
    comment.fill("After lunch")
    expect(status).to_contain_text("You have been signed out")
    signs_in_elsewhere(page, status.get_by_role("link").get_attribute("href") or "")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(status).to_have_text(SAVED)
    page.reload()
    expect(comment).to_have_value("After lunch")


def comes_back_to(page: Page, address: str, comment: str) -> None:
    """What a page sends as it is left can arrive after the next page was asked for. Then the time after shows it."""
    for _ in range(20):
        page.goto(address)
        if page.locator("[name=comment]").input_value() == comment:
            return
    raise AssertionError(f"{comment!r} was never saved")


def signs_out_elsewhere(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url.partition("/proposals")[0] + "/my-work")
    with other.expect_navigation():
        other.locator("form[action*=logout] button").first.evaluate("button => button.form.submit()")
    other.close()


def signs_in_elsewhere(page: Page, path: str) -> None:
    other = page.context.new_page()
    other.goto(page.url.partition("/proposals")[0] + path)
    other.locator("input[name=email]").fill("reviewer1@example.org")
    other.locator("input[name=password]").fill("exchange-demo")
    with other.expect_navigation():
        other.get_by_role("button", name="Sign in", exact=True).click()
    other.close()
