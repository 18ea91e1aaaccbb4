"""An agent's desk: the state that is changed from the page, the phone in it, and what the page bears witness of."""
