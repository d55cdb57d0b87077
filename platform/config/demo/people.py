"""Who plays in the demo."""

from __future__ import annotations

from urllib.parse import unquote

from config.demo.client import Browser, Journal
from config.demo.mailbox import Mailbox

PASSWORD = "seven-plumb-lines-of-brass"  # noqa: S105 - everybody of the demo, on this machine only


class Town:
    """The place: one server, one mailbox, and the browsers of everybody who came."""

    def __init__(self, base_url: str, *, mailbox: Mailbox) -> None:
        self.base_url, self.mailbox, self.journal = base_url, mailbox, Journal()
        self.browsers: list[Browser] = []

    def visitor(self, name: str, *, email: str) -> Browser:
        """Somebody who has not signed up yet."""
        browser = Browser(self.base_url, journal=self.journal, name=name, email=email)
        self.browsers.append(browser)
        return browser

    def newcomer(self, name: str, *, email: str, time_zone: str = "Europe/Berlin") -> Browser:
        browser = self.visitor(name, email=email)
        self.register(browser, time_zone=time_zone)
        return browser

    def register(self, browser: Browser, *, time_zone: str = "Europe/Berlin") -> None:
        """Sign up, verify the address with the key in the mail, sign in."""
        browser.sign_up(PASSWORD, time_zone=time_zone)
        letter = self.mailbox.wait_for(browser.email, subject="confirm")
        key = unquote(letter.link(r"/account/confirm-email/([^/\s]+)/")[1])
        if not browser.verify_email(key):
            browser.sign_in(PASSWORD)
        browser.signed_in = True

    def invited(self, name: str, *, email: str, slug: str, time_zone: str = "Europe/Berlin") -> Browser:
        """Somebody invited signs up and accepts with the token in the mail."""
        token = self.mailbox.wait_for(email, subject="invit").link(rf"/invitations/{slug}/([^/\s]+)/")[1]
        browser = self.newcomer(name, email=email, time_zone=time_zone)
        browser.post(f"/api/v1/organisations/{slug}/invitations/accept/", {"token": token})
        return browser

    def close(self) -> None:
        for browser in self.browsers:
            browser.close()
