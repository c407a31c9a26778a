"""What every emulator stands on, whichever provider it stands for."""
