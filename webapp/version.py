"""The version of the desk: in audit entries, manifests of exports and calls to providers."""

from __future__ import annotations

__version__ = "0.1.0"
