"""The session's cookie and the device's: out of reach of scripts, never sent with another site's request."""

from __future__ import annotations

from callcenter.web.settings import WebSettings

NEW_TOKEN = "new_token"  # noqa: S105 - a key of the request's state
NEW_DEVICE = "new_device"
_PLAIN = "callcenter_session"
_DEVICE = "callcenter_device"
_DEVICE_SECONDS = 180 * 86_400


def cookie_name(settings: WebSettings) -> str:
    """Name the cookie; the prefix makes browsers refuse one that another host or plain http has set."""
    return f"__Host-{_PLAIN}" if settings.secure else _PLAIN


def device_name(settings: WebSettings) -> str:
    """Name the cookie by which a device is known again; see `cookie_name`."""
    return f"__Host-{_DEVICE}" if settings.secure else _DEVICE


def token_cookie(token: str, settings: WebSettings) -> str:
    """Make the Set-Cookie value that hands out a token; an empty one takes it back."""
    return _cookie(cookie_name(settings), token, settings, None if token else 0)


def device_cookie(token: str, settings: WebSettings) -> str:
    """Make the Set-Cookie value by which a device is known again."""
    return _cookie(device_name(settings), token, settings, _DEVICE_SECONDS)


def _cookie(name: str, value: str, settings: WebSettings, seconds: int | None) -> str:
    parts = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if settings.secure:
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    return "; ".join(parts)
