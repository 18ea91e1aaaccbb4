"""What people and Prometheus see of the present: gauges at fact time, a document for boards, health over HTTP."""

from callcenter.exporter.exporter import Exporter
from callcenter.exporter.http import exporter_server
from callcenter.exporter.live import LiveDocument
from callcenter.exporter.settings import ExporterSettings

__all__ = ["Exporter", "ExporterSettings", "LiveDocument", "exporter_server"]
