"""Why a webhook's signature matches or does not: every likely mistake is tried until one explains it.

Pure: nothing is stored, nothing logged, nobody asked. A signature is `<unix seconds>:<hex>` over `<unix seconds>:<raw
body>`, or the bare hex over the raw body, as `providers/postpay/signature.py` has it; SHA-1 is told apart.
"""

from __future__ import annotations

from .causes import Cause
from .diagnose import Diagnosis, DiagnosisVerdict, Form, examine
from .parse import Given, read_signature

__all__ = ["Cause", "Diagnosis", "DiagnosisVerdict", "Form", "Given", "examine", "read_signature"]
