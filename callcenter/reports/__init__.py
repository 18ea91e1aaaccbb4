"""Registers and accounts made from facts: replay is the first of them."""
