"""Where a board gets its document from: a running service, by HTTP, also from another terminal or machine."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import msgspec

from callcenter.errors import BadInput, BadSetting, CallcenterError
from callcenter.exporter.live import LiveDocument
from callcenter.locale import english

_TIMEOUT_SECONDS = 3.0
_MAX_BYTES = 16_000_000


class ServiceSilent(CallcenterError):
    """The service does not answer."""


class BoardSource:
    """Reads the document of one service.

    Raises:
        BadSetting: The address is no http:// address.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadSetting(f"--url is {url!r}, which is no address: {error}") from error
        if parts.scheme != "http" or not parts.hostname:
            raise BadSetting(f"--url is {url!r}; it should look like http://127.0.0.1:9464")
        self._url = url
        self._host, self._port = parts.hostname, port
        self._path = parts.path.rstrip("/") + "/live.json"

    def read(self) -> LiveDocument:
        """Fetch the document.

        Raises:
            ServiceSilent: Nobody answers, or not in time.
            BadInput: What answers is no service of this version.
        """
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("GET", self._path)
            answer = connection.getresponse()
            body = answer.read(_MAX_BYTES)
        except (OSError, http.client.HTTPException) as error:
            why = english(f"{self._url} does not answer ({error!s}); start it with: callcenter serve")
            raise ServiceSilent(why) from error
        finally:
            connection.close()
        try:
            return msgspec.json.decode(body, type=LiveDocument)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{self._url} answers, but not as a callcenter service of this version") from error
