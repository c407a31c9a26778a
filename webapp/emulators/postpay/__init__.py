"""A faithful emulator of the Postpay merchant API over real HTTP; it imports nothing of the desk."""
