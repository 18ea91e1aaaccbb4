"""HTTP for whoever connects: bounded by listener and by address, with deadlines, and the switch's files kept free."""

from __future__ import annotations

from callcenter.listening.addresses import network_of
from callcenter.listening.descriptors import raise_open_files, share_of_open_files
from callcenter.listening.server import Bounds, HttpServer, bind

__all__ = ["Bounds", "HttpServer", "bind", "network_of", "raise_open_files", "share_of_open_files"]
