"""The session's cookie: out of reach of scripts, never sent with another site's request."""

from __future__ import annotations

from callcenter.web.settings import WebSettings

NEW_TOKEN = "new_token"  # noqa: S105 - a key of the request's state
_PLAIN = "callcenter_session"


def cookie_name(settings: WebSettings) -> str:
    """Name the cookie; the prefix makes browsers refuse one that another host or plain http has set."""
    return f"__Host-{_PLAIN}" if settings.secure else _PLAIN


def token_cookie(token: str, settings: WebSettings) -> str:
    """Make the Set-Cookie value that hands out a token; an empty one takes it back."""
    parts = [f"{cookie_name(settings)}={token}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if settings.secure:
        parts.append("Secure")
    if not token:
        parts.append("Max-Age=0")
    return "; ".join(parts)
