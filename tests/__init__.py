"""The tests. What hypothesis makes up may take as long as a busy machine needs: slowness is not what they look for."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")
