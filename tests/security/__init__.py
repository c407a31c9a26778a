"""What the security design asks for, and which tests prove it: `python -m tests.security` writes requirements.md."""
