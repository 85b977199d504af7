"""Engines that answer a turn; the embedded one needs neither key nor network."""
