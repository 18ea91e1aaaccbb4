"""What the passing of time brings to complaints' figures and what follows them."""
