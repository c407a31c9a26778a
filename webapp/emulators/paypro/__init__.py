"""A faithful emulator of PayPro's API v1 over real HTTP; it imports nothing of the desk."""
