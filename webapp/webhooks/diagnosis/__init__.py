"""Why a webhook's signature matches or does not: every likely mistake is tried until one explains it.

Pure: nothing is stored, nothing logged, nobody asked. A signature is `<unix seconds>:<hex>` over `<unix seconds>:<raw
body>`, or the bare hex over the raw body, as `providers/postpay/signature.py` has it. What that takes is genuine here
and in every receiver; whatever else matches is explained, never genuine.
"""

from __future__ import annotations

from .causes import Cause, Clue
from .diagnose import Diagnosis, DiagnosisVerdict, examine
from .digests import Form
from .parse import Given, read_signature

__all__ = ["Cause", "Clue", "Diagnosis", "DiagnosisVerdict", "Form", "Given", "examine", "read_signature"]
