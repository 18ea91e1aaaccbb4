"""Call-centre telephony and queue service on Asterisk: what happened on the switch, provably."""

__version__ = "0.1.0"
