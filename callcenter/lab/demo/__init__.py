"""The demo: its story, the phones that play it, the service beside them, and a recording of all of it."""
